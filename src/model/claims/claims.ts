import { getCollection } from 'astro:content'
import { findNamed } from '../placed-error.ts'
import { judgeClaim, type JudgedClaim } from './judge.ts'

/** A claim and its id. */
export interface ClaimEntry {
  readonly id: string
  readonly data: JudgedClaim
}

/** Reads all claims, in the order of the article. */
export async function readClaims(): Promise<ClaimEntry[]> {
  return (await readFiles()).map(({ id, data }) => ({ id, data: judgeClaim(id, data) }))
}

/** Reads a claim. @throws PlacedError that suggests the closest id if there is no such claim */
export async function readClaim(id: string, file: string): Promise<ClaimEntry> {
  const problem = `there is no claim "${id}"`
  const { data } = findNamed(await readFiles(), (claim) => claim.id, id, { file }, problem)
  return { id, data: judgeClaim(id, data) }
}

const readFiles = async () => (await getCollection('claims')).sort((a, b) => (a.id < b.id ? -1 : 1))
