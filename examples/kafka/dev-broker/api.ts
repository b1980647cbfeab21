import { array, constant, int32, string, struct, type Type } from './codec.ts'
import type { Groups } from './groups.ts'
import type { Topics } from './topics.ts'

/** What all requests work on. */
export interface State {
  topics: Topics
  groups: Groups
  /** The shortest lease a member may ask for, in ms. */
  minSessionTimeoutMs: number
  /** Where clients find this broker. */
  host: string
  port: number
  /** The next number for an idempotent producer. */
  nextProducerId: bigint
}

/** One kind of request: how it travels, and what is done. */
export interface Api<Request = any, Response = any> {
  key: number
  /** The versions that are understood, no more than clients need. */
  versions: readonly [min: number, max: number]
  request: Type<Request>
  response: Type<Response>
  /** Undefined where the client wants no answer. */
  answer(
    request: Request,
    state: State,
    clientId: string,
  ): Response | undefined | Promise<Response>
}

/** Binds the types of `answer` to those of request and response. */
export const api = <Request, Response>(it: Api<Request, Response>) => it

/** Of one broker there is little to choose from. */
export const nodeId = 1

/** Nobody is slowed down here. */
export const throttleMs = constant(int32, 0)

/** What is asked, or answered, of partitions, by topic. */
export const byTopic = <T>(partition: Type<T>) =>
  array(struct({ name: string, partitions: array(partition) }))

/** Answers partition by partition, in the form of `byTopic`. */
export function answerEach<Asked, Answer>(
  topics: readonly { name: string; partitions: readonly Asked[] }[],
  answer: (name: string, asked: Asked) => Answer,
) {
  return topics.map(({ name, partitions }) => {
    return { name, partitions: partitions.map((it) => answer(name, it)) }
  })
}
