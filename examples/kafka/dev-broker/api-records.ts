import { answerEach, api, byTopic, throttleMs } from './api.ts'
import { isOneBatch, isTransactional } from './batches.ts'
import * as t from './codec.ts'
import * as codes from './errors.ts'
import { MalformedError } from './frames.ts'
import type { Topics } from './topics.ts'

const { constant, int16, int32, int64, nullableString, since, struct } = t

/** Produce v3-7. */
export const produce = api({
  key: 0,
  versions: [3, 7],
  request: struct({
    transaction: constant(nullableString, null),
    acks: int16,
    timeoutMs: constant(int32, 30_000),
    asked: byTopic(struct({ index: int32, records: t.bytes })),
  }),
  response: struct({
    topics: byTopic(
      struct({
        index: int32,
        error: int16,
        baseOffset: int64,
        appendTime: constant(int64, -1n),
        logStart: since(5, int64, -1n),
      }),
    ),
    throttleMs,
  }),
  answer({ acks, asked }, { topics }) {
    const hasTransaction = asked.some(({ partitions }) =>
      partitions.some(({ records }) => isTransactional(records)),
    )
    let hasFailed = false
    const answers = answerEach(asked, (name, { index, records }) => {
      const log = topics.log(name, index)
      const append = () => {
        if (hasTransaction) return codes.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        if (!log) return codes.UNKNOWN_TOPIC_OR_PARTITION
        if (!isOneBatch(records)) return codes.INVALID_RECORD
        if (Math.abs(acks) > 1) return codes.INVALID_REQUIRED_ACKS
        return log.append(records)
      }
      const appended = append()
      if (log && typeof appended === 'bigint') {
        return { index, error: 0, baseOffset: appended, logStart: log.start }
      }
      hasFailed = true
      return { index, error: Number(appended), baseOffset: -1n, logStart: -1n }
    })
    if (acks !== 0) return { topics: answers }
    // With acks=0 there is no response, so a failure closes the connection.
    if (hasFailed) throw new MalformedError('Produce without acks failed')
    return undefined
  },
})

const fetchRequest = struct({
  replica: constant(int32, -1),
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: int32,
  isolation: constant(t.int8, 0),
  session: since(7, constant(int32, 0), undefined),
  sessionEpoch: since(7, int32, -1),
  asked: byTopic(
    struct({
      index: int32,
      leaderEpoch: since(9, constant(int32, -1), undefined),
      offset: int64,
      followerStart: since(5, constant(int64, -1n), undefined),
      maxBytes: int32,
    }),
  ),
  forgotten: since(7, constant(byTopic(int32), []), undefined),
  rack: since(11, constant(t.string, ''), undefined),
})

/** Fetch v4-11 without fetch sessions (KIP-227) and transactions. */
export const fetch = api({
  key: 1,
  versions: [4, 11],
  request: fetchRequest,
  response: struct({
    throttleMs,
    error: since(7, int16, codes.NONE),
    session: since(7, constant(int32, 0), undefined),
    topics: byTopic(
      struct({
        index: int32,
        error: int16,
        highWatermark: int64,
        lastStable: int64,
        logStart: since(5, int64, -1n),
        aborted: constant(int32, -1),
        preferredReplica: since(11, constant(int32, -1), undefined),
        records: t.bytes,
      }),
    ),
  }),
  async answer(request, { topics }) {
    if (request.sessionEpoch > 0) {
      return { error: codes.FETCH_SESSION_ID_NOT_FOUND, topics: [] }
    }
    let { answers, isEnough } = read(request, topics)
    if (!isEnough && request.maxWaitMs > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, request.maxWaitMs).unref()
      const onAppend = () => read(request, topics).isEnough && resolve()
      const stops = request.asked.flatMap(({ name, partitions }) =>
        partitions.map(({ index }) =>
          topics.log(name, index)?.onAppend(onAppend),
        ),
      )
      await promise
      clearTimeout(timer)
      stops.forEach((stop) => stop?.())
      answers = read(request, topics).answers
    }
    return { error: codes.NONE, topics: answers }
  },
})

/** Reads what exists now. It is enough at `minBytes`, or when a read fails. */
function read(request: t.ValueOf<typeof fetchRequest>, topics: Topics) {
  let byteCount = 0
  let hasFailed = false
  const answers = answerEach(request.asked, (name, of) => {
    const maxBytes = Math.min(of.maxBytes, request.maxBytes - byteCount)
    const log = topics.log(name, of.index)
    const records = log?.read(of.offset, maxBytes, byteCount === 0)
    if (log && typeof records === 'object') {
      byteCount += records.length
      const { start, end } = log
      const ends = { highWatermark: end, lastStable: end, logStart: start }
      return { index: of.index, error: codes.NONE, ...ends, records }
    }
    hasFailed = true
    const error = Number(records ?? codes.UNKNOWN_TOPIC_OR_PARTITION)
    const ends = { highWatermark: -1n, lastStable: -1n, logStart: -1n }
    return { index: of.index, error, ...ends, records: Buffer.alloc(0) }
  })
  return { answers, isEnough: hasFailed || byteCount >= request.minBytes }
}

/** InitProducerId v0-1 for idempotent producers, without transactions. */
export const initProducerId = api({
  key: 22,
  versions: [0, 1],
  request: struct({
    transaction: nullableString,
    timeoutMs: constant(int32, 60_000),
  }),
  response: struct({
    throttleMs,
    error: int16,
    producerId: int64,
    producerEpoch: int16,
  }),
  answer: ({ transaction }, state) =>
    transaction === null
      ? { error: 0, producerId: state.nextProducerId++, producerEpoch: 0 }
      : { error: codes.INVALID_REQUEST, producerId: -1n, producerEpoch: -1 },
})
