/** A change of one place in a file of the example, or in the experiment's own program. `from` stands there exactly once. */
export interface Edit {
  /** The path in the example, or the name of the program. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** A request as it is sent. The body is sent as it stands. */
export interface SentRequest {
  readonly method: string
  /** `<id>` in it stands for the id of the order that was created last. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Whether it only makes the next one possible: pages then show its status and no body. */
  readonly prepares?: true
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
  /**
   * Whether all requests wait, in their order, when the program gets to see the first. Otherwise each is sent when the one
   * before it has been answered.
   */
  readonly together?: true
  /** Whether the program ends by itself after the last answer. */
  readonly ends?: true
}

/** What came back, with everything that differs from run to run replaced by a word in angle brackets. */
export interface RecordedAnswer {
  readonly status: number
  /** The whole content type, with its parameters. */
  readonly type: string
  readonly body: string
}

/** What an experiment came to: facts and their order, never how long anything took. */
export interface Outcome {
  /** In the order of the requests. */
  readonly answers: readonly RecordedAnswer[]
  /** Of requests that were sent together: their indexes, in the order in which the answers came. */
  readonly order?: readonly number[]
  /** What the program wrote to standard output after its address, by line; left out where it wrote nothing. */
  readonly printed?: readonly string[]
  /** With which code the program ended by itself. */
  readonly exitCode?: number
}

/** One run of all experiments on an example, as it lies in `lab/experiments/<example>.json`. */
export interface ExperimentRecord {
  readonly schema: 2
  readonly example: string
  /** Of the example's published form that was run. */
  readonly hash: string
  /** ISO 8601, UTC. */
  readonly date: string
  /** With its full version: "Node 24.21.0". */
  readonly runtime: string
  readonly outcomes: Readonly<Record<string, Outcome>>
}
