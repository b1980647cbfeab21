import { getCollection, type CollectionEntry } from 'astro:content'
import { findNamed } from '../placed-error.ts'

/** Reads all claims, in the order of the article. */
export async function readClaims(): Promise<CollectionEntry<'claims'>[]> {
  return (await getCollection('claims')).sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Reads a claim. @throws PlacedError that suggests the closest id if there is no such claim */
export async function readClaim(id: string, file: string): Promise<CollectionEntry<'claims'>> {
  const problem = `there is no claim "${id}"`
  return findNamed(await readClaims(), (claim) => claim.id, id, { file }, problem)
}
