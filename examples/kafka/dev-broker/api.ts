import * as t from './codec.ts'
import { FENCED_LEADER_EPOCH, NONE, UNKNOWN_LEADER_EPOCH } from './errors.ts'
import type { Groups } from './groups.ts'
import type { Refusals } from './refusals.ts'
import { noId, type TopicKey, type Topics } from './topics.ts'

/** The state that all requests share. */
export interface State {
  topics: Topics
  groups: Groups
  refusals: Refusals
  /** Shortest session timeout of a member, in ms. */
  minSessionTimeoutMs: number
  /** Advertised address. */
  host: string
  port: number
  /** ID of the next idempotent producer. */
  nextProducerId: bigint
}

/** The header fields that decide how a request is answered. */
export interface Context {
  clientId: string
  version: number
}

/** A kind of request: its encoding and how it is answered. */
export interface Api<Request = any, Response = any> {
  key: number
  /** Supported versions: those of Kafka 4.3. */
  versions: readonly [min: number, max: number]
  /** The first version that is flexible (KIP-482). */
  flexible: number
  request: t.Type<Request>
  response: t.Type<Response>
  /** Returns undefined where the client expects no response. */
  answer(
    request: Request,
    state: State,
    context: Context,
  ): Response | undefined | Promise<Response>
}

/** Infers the types of `answer` from those of request and response. */
export const api = <Request, Response>(definition: Api<Request, Response>) =>
  definition

export const versionOf = (api: Api, number: number): t.Version => ({
  number,
  isFlexible: number >= api.flexible,
})

/** ID of the only broker. */
export const nodeId = 1

/** The leader of a partition never changes. */
export const leaderEpoch = 0

/** Returns NONE if the client knows the leader or does not say (-1). */
export function checkLeaderEpoch(epoch: number): number {
  if (epoch === -1 || epoch === leaderEpoch) return NONE
  return epoch < leaderEpoch ? FENCED_LEADER_EPOCH : UNKNOWN_LEADER_EPOCH
}

/** The dev broker has no quotas, so it throttles no client. */
export const throttleMs = t.constant(t.int32, 0)

/**
 * Entries of partitions, grouped by topic.
 *
 * @param firstWithIds from this version on, topics have IDs instead of names
 */
export const byTopic = <T>(partition: t.Type<T>, firstWithIds = Infinity) =>
  t.array(
    t.struct({
      name: t.until(firstWithIds - 1, t.string, ''),
      id: t.since(firstWithIds, t.uuid, noId),
      partitions: t.array(partition),
    }),
  )

/**
 * Keeps the last entry of each partition. Kafka answers a partition once,
 * however often the request names it.
 */
export function lastOfEach<Asked extends { index: number }>(
  topics: readonly (TopicKey & { partitions: readonly Asked[] })[],
) {
  const byKey = Map.groupBy(topics, ({ name, id }) => id + name)
  return Array.from(byKey.values(), (entries) => {
    const { name, id } = entries[0] as TopicKey
    const last = new Map<number, Asked & { isRepeated: boolean }>()
    for (const asked of entries.flatMap(({ partitions }) => partitions)) {
      last.set(asked.index, { ...asked, isRepeated: last.has(asked.index) })
    }
    return { name, id, partitions: [...last.values()] }
  })
}

/** Answers each partition. Returns the form of `byTopic`. */
export function answerEach<Asked, Answer>(
  topics: readonly (TopicKey & { partitions: readonly Asked[] })[],
  answer: (topic: TopicKey, asked: Asked) => Answer,
) {
  return topics.map(({ name, id, partitions }) => ({
    name,
    id,
    partitions: partitions.map((asked) => answer({ name, id }, asked)),
  }))
}
