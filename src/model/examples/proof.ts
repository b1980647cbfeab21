import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { PlacedError } from '../../placed-error.ts'

export const Proof = z.strictObject({
  schema: z.literal(2),
  id: z.string(),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('of the published form that was run'),
  date: z.iso.date().describe('of the run, UTC'),
  runs: z
    .array(
      z.strictObject({
        runtime: z
          .string()
          .describe('with versions, and what ran beside it: "Node 22.22.3, Kafka 4.3.1"'),
        checks: z.array(z.strictObject({ name: z.string(), passed: z.boolean() })).min(1),
        probes: z.array(z.strictObject({ name: z.string(), answer: z.string() })),
      }),
    )
    .min(1),
})

/** The record of a run of the contract, written by `npm run prove` and never by hand. */
export type Proof = z.infer<typeof Proof>

/** Where the proof of an example lies, relative to the repository. */
export function proofPath(id: string): string {
  return `examples/${id}.proof.json`
}

/**
 * The recorded proof of an example, or undefined where it was never proven.
 *
 * @throws PlacedError when the file does not fit the schema
 */
export function readProof(id: string, root: string): Proof | undefined {
  const file = proofPath(id)
  if (!existsSync(join(root, file))) return undefined
  const result = Proof.safeParse(JSON.parse(readFileSync(join(root, file), 'utf8')))
  if (result.success) return result.data
  throw new PlacedError(
    { file },
    z.prettifyError(result.error),
    'Run "npm run prove" to write it anew.',
  )
}
