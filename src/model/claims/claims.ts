import { getCollection, type CollectionEntry } from 'astro:content'
import { PlacedError, suggestion } from '../placed-error.ts'

/** Reads all claims, in the order of the article. */
export async function readClaims(): Promise<CollectionEntry<'claims'>[]> {
  return (await getCollection('claims')).sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Reads a claim. @throws PlacedError that suggests the closest id if there is no such claim */
export async function readClaim(id: string, file: string): Promise<CollectionEntry<'claims'>> {
  const claims = await readClaims()
  const found = claims.find((claim) => claim.id === id)
  if (found) return found
  const ids = claims.map((claim) => claim.id)
  throw new PlacedError({ file }, `there is no claim "${id}"`, suggestion(id, ids))
}
