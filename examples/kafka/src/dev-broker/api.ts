import type { Groups } from './groups.ts'
import type { LogLimits } from './log.ts'
import type { Reader, Writer } from './primitives.ts'
import type { Topics } from './topics.ts'

/** What all requests work on. */
export interface State {
  topics: Topics
  groups: Groups
  limits: LogLimits & { minSessionTimeoutMs: number }
  /** Where clients find this broker. */
  host: string
  port: number
  /** The next number for an idempotent producer. */
  nextProducerId: bigint
}

export interface Request {
  version: number
  clientId: string
  clientHost: string
  body: Reader
}

/** One kind of request. */
export interface Api {
  key: number
  /** The versions that are understood; those that no client uses are absent. */
  versions: readonly [min: number, max: number]
  /**
   * Reads the whole request before it does anything, so that half a request
   * changes nothing; writes the response, or returns false to send none.
   */
  answer(
    request: Request,
    response: Writer,
    state: State,
  ): void | false | Promise<void | false>
}

/** Of one broker there is little to choose from. */
export const nodeId = 1
