/** A change of one place in a file of the example. `from` stands there exactly once. */
export interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** A request as it is sent. The body is sent as it stands. */
export interface SentRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * A question to a framework that is answered by running it: an example with some lines changed, or a program put beside it, and
 * what it then answers.
 */
export interface Experiment {
  readonly id: string
  readonly edits?: readonly Edit[]
  /** A program in this folder, copied into the example and started in its place. */
  readonly program?: string
  /** Environment variables of the program. */
  readonly env?: Readonly<Record<string, string>>
  readonly requests: readonly SentRequest[]
}

/** What came back, with everything that differs from run to run replaced by a word in angle brackets. */
export interface RecordedAnswer {
  readonly status: number
  /** The whole content type, with its parameters. */
  readonly type: string
  readonly body: string
}

/** The answers of one run of all experiments on an example, as they lie in `lab/experiments/<example>.json`. */
export interface ExperimentRecord {
  readonly schema: 1
  readonly example: string
  /** Of the example's published form that was run. */
  readonly hash: string
  /** ISO 8601, UTC. */
  readonly date: string
  /** With its full version: "Node 24.21.0". */
  readonly runtime: string
  readonly answers: Readonly<Record<string, readonly RecordedAnswer[]>>
}
