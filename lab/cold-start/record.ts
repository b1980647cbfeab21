import * as z from 'zod'
import { Hash, recordFile } from '../record.ts'

/** The output of the sessions on one version of Node, and the contract's result for the bundle that they built. */
const ColdStartRun = z.strictObject({
  /** With the full version: "Node 24.21.0". */
  runtime: z.string(),
  /** By session, a text for each of its lines. Empty for a line whose output is not shown. */
  outputs: z.record(z.string(), z.array(z.string())),
  /** The quick checks of the contract, run against the bundle. */
  contract: z.strictObject({ passed: z.int(), total: z.int().positive() }),
})

export type ColdStartRun = z.infer<typeof ColdStartRun>

const ColdStartRecord = z.strictObject({
  schema: z.literal(1),
  /** ID of the example. */
  example: z.string(),
  /** Hash of the example's published form. */
  hash: Hash,
  date: z.iso.date(),
  runs: z.array(ColdStartRun).nonempty(),
})

export type ColdStartRecord = z.infer<typeof ColdStartRecord>

export const coldStartRecord = recordFile('lab/cold-start/record.json', ColdStartRecord)
