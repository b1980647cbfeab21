import * as z from 'zod'
import { Hash, recordFile } from '../record.ts'

/** A response. Placeholders in angle brackets replace whatever differs between runs. */
const RecordedAnswer = z.strictObject({
  /** `null`: the program closed the connection without a response. */
  status: z.int().nullable(),
  /** The content type with its parameters. */
  type: z.string(),
  body: z.string(),
})

export type RecordedAnswer = z.infer<typeof RecordedAnswer>

/** The result of an experiment: facts and their order, never durations. */
const Outcome = z.strictObject({
  /** In the order of the requests. */
  answers: z.array(RecordedAnswer),
  /** Indexes of requests that were sent together, in the order of their responses. */
  order: z.array(z.int().nonnegative()).optional(),
  /** Lines on standard output after the program's address. */
  printed: z.array(z.string()).optional(),
  /** Lines on standard error. */
  complaints: z.array(z.string()).optional(),
  /** Lines of the compiler's first error. */
  rejection: z.array(z.string()).optional(),
  /** Exit code of a program that exits without a signal. */
  exitCode: z.int().optional(),
})

export type Outcome = z.infer<typeof Outcome>

const ExperimentRecord = z.strictObject({
  schema: z.literal(2),
  /** ID of the example. */
  example: z.string(),
  /** Hash of the example's published form. */
  hash: Hash,
  date: z.iso.date(),
  /** With the full version: "Node 24.21.0". */
  runtime: z.string(),
  /** By the experiment's ID. */
  outcomes: z.record(z.string(), Outcome),
})

export type ExperimentRecord = z.infer<typeof ExperimentRecord>

/** The recorded outcomes of all experiments on an example. */
export const experimentRecord = (example: string) =>
  recordFile(`lab/experiments/${example}.json`, ExperimentRecord)
