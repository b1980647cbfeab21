import * as a from './api.ts'
import { checkNotTransactional, checkReadable, onlyBatch } from './batches.ts'
import * as t from './codec.ts'
import * as codes from './errors.ts'
import { RefusedError, refusalOf } from './errors.ts'
import { MalformedError } from './frames.ts'
import type { Topics } from './topics.ts'

const { array, constant, int8, int16, int32, int64, nullableString } = t
const { since, struct, until } = t

const recordError = struct({ index: int32, message: nullableString })
const aborted = struct({ producerId: int64, firstOffset: int64 })

/** Produce v3-13. */
export const produce = a.api({
  key: 0,
  versions: [3, 13],
  flexible: 9,
  request: struct({
    transaction: constant(nullableString, null),
    acks: int16,
    timeoutMs: constant(int32, 30_000),
    asked: a.byTopic(struct({ index: int32, records: t.bytes }), 13),
  }),
  response: struct({
    topics: a.byTopic(
      struct({
        index: int32,
        error: int16,
        baseOffset: int64,
        appendTime: int64,
        logStart: since(5, int64, -1n),
        recordErrors: since(8, constant(array(recordError), [])),
        message: since(8, nullableString, null),
      }),
      13,
    ),
    throttleMs: a.throttleMs,
  }),
  answer({ acks, ...body }, { topics }, { version }) {
    const asked = a.lastOfEach(body.asked)
    // These errors refuse the whole request, as in Kafka.
    const refused = refusalOf(() => {
      a.answerEach(asked, (_, { records }) => checkNotTransactional(records))
      a.answerEach(asked, (topic, { index, records }) => {
        const exists = typeof topics.log(topic, index) === 'object'
        if (exists) checkReadable(records, version)
      })
    })
    let hasFailed = false
    const answers = a.answerEach(asked, (topic, { index, records }) => {
      const log = topics.log(topic, index)
      let appended = { baseOffset: -1n, appendTime: -1n }
      const refusal =
        refused ??
        refusalOf(() => {
          if (typeof log === 'number') throw new RefusedError(log)
          const batch = onlyBatch(records, version)
          if (Math.abs(acks) > 1) {
            throw new RefusedError(codes.INVALID_REQUIRED_ACKS)
          }
          appended = log.append(batch)
        })
      if (refusal) hasFailed = true
      const { code: error = codes.NONE, message = null } = refusal ?? {}
      const logStart = typeof log === 'object' && !refusal ? log.start : -1n
      return { index, error, message, ...appended, logStart }
    })
    if (acks !== 0) return { topics: answers }
    // With acks=0 there is no response, so a failure closes the connection.
    if (hasFailed) throw new MalformedError('Produce without acks failed')
    return undefined
  },
})

/** Kafka's `fetch.max.bytes`, the limit of any response. */
const fetchMaxBytes = 57_671_680

const fetchRequest = struct({
  replica: until(14, constant(int32, -1)),
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: int32,
  isolation: constant(int8, 0),
  session: since(7, constant(int32, 0)),
  sessionEpoch: since(7, int32, -1),
  asked: a.byTopic(
    struct({
      index: int32,
      leaderEpoch: since(9, int32, -1),
      offset: int64,
      fetchedEpoch: since(12, constant(int32, -1)),
      followerStart: since(5, constant(int64, -1n)),
      maxBytes: int32,
    }),
    13,
  ),
  forgotten: since(7, constant(a.byTopic(int32, 13), [])),
  rack: since(11, constant(t.string, '')),
})

type FetchRequest = t.ValueOf<typeof fetchRequest>

/** Fetch v4-18 without fetch sessions (KIP-227) and transactions. */
export const fetch = a.api({
  key: 1,
  versions: [4, 18],
  flexible: 12,
  request: fetchRequest,
  response: struct({
    throttleMs: a.throttleMs,
    error: since(7, int16, codes.NONE),
    session: since(7, constant(int32, 0)),
    topics: a.byTopic(
      struct({
        index: int32,
        error: int16,
        highWatermark: int64,
        lastStable: int64,
        logStart: since(5, int64, -1n),
        aborted: constant(t.nullableArray(aborted), null),
        preferredReplica: since(11, constant(int32, -1)),
        records: t.bytes,
      }),
      13,
    ),
  }),
  async answer({ maxBytes, minBytes, ...body }, { topics }) {
    if (body.sessionEpoch > 0) {
      return { error: codes.FETCH_SESSION_ID_NOT_FOUND, topics: [] }
    }
    const asked = a.lastOfEach(body.asked)
    const limit = Math.min(maxBytes, fetchMaxBytes)
    const limits = { maxBytes: limit, minBytes: Math.min(minBytes, limit) }
    const request = { ...body, ...limits, asked }
    let { answers, isEnough } = read(request, topics)
    if (!isEnough && request.maxWaitMs > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, request.maxWaitMs).unref()
      const onAppend = () => read(request, topics).isEnough && resolve()
      const stops = request.asked.flatMap(({ partitions, ...topic }) =>
        partitions.map(({ index }) => {
          const log = topics.log(topic, index)
          return typeof log === 'object' ? log.onAppend(onAppend) : undefined
        }),
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
function read(
  request: Pick<FetchRequest, 'asked' | 'maxBytes' | 'minBytes'>,
  topics: Topics,
) {
  let bytesLeft = request.maxBytes
  let byteCount = 0
  let hasFailed = false
  const answers = a.answerEach(request.asked, (topic, of) => {
    const maxBytes = Math.min(of.maxBytes, bytesLeft)
    const log = topics.log(topic, of.index)
    const readLog = () => {
      if (typeof log === 'number') return log
      const error = a.checkLeaderEpoch(of.leaderEpoch)
      return error || log.read(of.offset, maxBytes, byteCount === 0)
    }
    const records = readLog()
    const read = typeof records === 'object' ? records.length : 0
    // As in Kafka, a negative limit stays one until a partition is read.
    if (typeof log === 'object') bytesLeft = Math.max(0, bytesLeft - read)
    byteCount += read
    if (typeof log === 'object' && typeof records === 'object') {
      const { start, end } = log
      const ends = { highWatermark: end, lastStable: end, logStart: start }
      return { index: of.index, error: codes.NONE, ...ends, records }
    }
    hasFailed = true
    const error = Number(records)
    const ends = { highWatermark: -1n, lastStable: -1n, logStart: -1n }
    return { index: of.index, error, ...ends, records: Buffer.alloc(0) }
  })
  return { answers, isEnough: hasFailed || byteCount >= request.minBytes }
}

/** InitProducerId v0-5 for idempotent producers, without transactions. */
export const initProducerId = a.api({
  key: 22,
  versions: [0, 5],
  flexible: 2,
  request: struct({
    transaction: nullableString,
    timeoutMs: constant(int32, 60_000),
    producerId: since(3, constant(int64, -1n)),
    producerEpoch: since(3, constant(int16, -1)),
  }),
  response: struct({
    throttleMs: a.throttleMs,
    error: int16,
    producerId: int64,
    producerEpoch: int16,
  }),
  answer({ transaction }, state, { clientId }) {
    if (transaction === null) {
      const producerId = state.nextProducerId++
      return { error: 0, producerId, producerEpoch: 0 }
    }
    state.refusals.print(clientId, 'Transactions are not supported.')
    const error = codes.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    return { error, producerId: -1n, producerEpoch: -1 }
  },
})
