import { array, constant, int32, string, struct, type Type } from './codec.ts'
import type { Groups } from './groups.ts'
import type { Topics } from './topics.ts'

/** The state that all requests share. */
export interface State {
  topics: Topics
  groups: Groups
  /** Shortest session timeout of a member, in ms. */
  minSessionTimeoutMs: number
  /** Advertised address. */
  host: string
  port: number
  /** ID of the next idempotent producer. */
  nextProducerId: bigint
}

/** A kind of request: its encoding and how it is answered. */
export interface Api<Request = any, Response = any> {
  key: number
  /** Supported versions, only as many as clients need. */
  versions: readonly [min: number, max: number]
  request: Type<Request>
  response: Type<Response>
  /** Returns undefined where the client expects no response. */
  answer(
    request: Request,
    state: State,
    clientId: string,
  ): Response | undefined | Promise<Response>
}

/** Infers the types of `answer` from those of request and response. */
export const api = <Request, Response>(definition: Api<Request, Response>) =>
  definition

/** ID of the only broker. */
export const nodeId = 1

/** The dev broker has no quotas, so it throttles no client. */
export const throttleMs = constant(int32, 0)

/** Entries of partitions, grouped by topic. */
export const byTopic = <T>(partition: Type<T>) =>
  array(struct({ name: string, partitions: array(partition) }))

/** Answers each partition. Returns the form of `byTopic`. */
export function answerEach<Asked, Answer>(
  topics: readonly { name: string; partitions: readonly Asked[] }[],
  answer: (name: string, asked: Asked) => Answer,
) {
  return topics.map(({ name, partitions }) => {
    return { name, partitions: partitions.map((asked) => answer(name, asked)) }
  })
}
