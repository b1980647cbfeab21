import type { RecordedAnswer } from './experiment.ts'

/** The answers of one run of all experiments on an example, as they lie in `lab/experiments/<example>.json`. */
export interface ExperimentRecord {
  readonly schema: 1
  readonly example: string
  /** Of the example's published form that was run. */
  readonly hash: string
  /** ISO 8601, UTC. */
  readonly date: string
  /** "Node 24.21.0" */
  readonly runtime: string
  readonly answers: Readonly<Record<string, readonly RecordedAnswer[]>>
}
