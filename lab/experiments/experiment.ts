/** A change in a file of the example or in the experiment's program, which contains `from` exactly once. */
export interface Edit {
  /** The path in the example, or the name of the program. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** A request of an experiment. */
export interface SentRequest {
  readonly method: string
  /** `<id>` stands for the ID of the latest order. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Whether the request only prepares the next one. Pages show its status without the body. */
  readonly prepares?: true
}

export function post(path: string, body: string, type = 'application/json'): SentRequest {
  return { method: 'POST', path, headers: { 'content-type': type }, body }
}

/** A valid order. */
export const order = post(
  '/orders',
  '{"customerId": "c-1", "items": [{"sku": "TEA-01", "quantity": 2}]}',
)

/** A request that takes a while to compute, and one that is answered at once. */
export const reportAndHealth: readonly SentRequest[] = [
  { method: 'GET', path: '/report' },
  { method: 'GET', path: '/health' },
]

/**
 * A question about a framework, answered by running it: an example with some lines changed, or a program that runs in its
 * folder, and requests to it.
 */
export interface Experiment {
  readonly id: string
  readonly edits?: readonly Edit[]
  /** A program in this folder, copied into the example's folder and started instead of the example. */
  readonly program?: string
  /** Environment variables of the program. */
  readonly env?: Readonly<Record<string, string>>
  readonly requests: readonly SentRequest[]
  /** Whether all requests are waiting, in this order, when the program reads the first. Otherwise they are sent one by one. */
  readonly together?: true
  /** Whether the program exits after its last response, without a signal. */
  readonly ends?: true
  /** Whether the compiler rejects the program. There are no requests then. */
  readonly rejected?: true
  /** Whether standard error is recorded. */
  readonly complains?: true
}
