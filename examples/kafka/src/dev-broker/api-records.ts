import type { Api, State } from './api.ts'
import {
  FETCH_SESSION_ID_NOT_FOUND,
  INVALID_RECORD,
  INVALID_REQUEST,
  INVALID_REQUIRED_ACKS,
  NONE,
  UNKNOWN_TOPIC_OR_PARTITION,
  UNSUPPORTED_VERSION,
} from './errors.ts'
import { MalformedError } from './frames.ts'

/** Produce v3-7. */
export const produce: Api = {
  key: 0,
  versions: [3, 7],
  answer({ version, body }, response, { topics }) {
    body.nullableString() // the transaction
    const acks = body.int16()
    body.int32() // the timeout: nothing here takes long
    const asked = body.array(() => ({
      name: body.string(),
      partitions: body.array(() => ({
        index: body.int32(),
        records: body.bytes(),
      })),
    }))

    const append = (name: string, index: number, records: Buffer) => {
      const log = topics.log(name, index)
      const failed = (error: number) => ({ error, baseOffset: -1n })
      if (Math.abs(acks) > 1) return failed(INVALID_REQUIRED_ACKS)
      if (!log) return failed(UNKNOWN_TOPIC_OR_PARTITION)
      return records.length === 0 ? failed(INVALID_RECORD) : log.append(records)
    }
    let failures = 0
    response.array(asked, ({ name, partitions }) =>
      response.string(name).array(partitions, ({ index, records }) => {
        const { error, baseOffset } = append(name, index, records)
        if (error !== NONE) failures++
        response.int32(index).int16(error).int64(baseOffset).int64(-1n)
        if (version >= 5) response.int64(topics.log(name, index)?.start ?? -1n)
      }),
    )
    response.int32(0)
    if (acks !== 0) return
    // Whoever wants no answer learns of a failure by the connection's end.
    if (failures > 0) throw new MalformedError('Produce without acks failed')
    return false
  },
}

/** Fetch v4-11, without fetch sessions (KIP-227). */
export const fetch: Api = {
  key: 1,
  versions: [4, 11],
  async answer({ version, body }, response, { topics }) {
    body.int32() // the replica
    const maxWait = body.int32()
    const minBytes = body.int32()
    const maxBytes = body.int32()
    body.int8() // the isolation level: there are no transactions
    const session = version >= 7 ? body.int32() : 0
    if (version >= 7) body.int32()
    const asked = body.array(() => ({
      name: body.string(),
      partitions: body.array(() => {
        const index = body.int32()
        if (version >= 9) body.int32() // the leader's epoch
        const offset = body.int64()
        if (version >= 5) body.int64() // a follower's log start
        return { index, offset, maxBytes: body.int32() }
      }),
    }))

    const read = () => {
      let [bytes, failed] = [0, false]
      const answers = asked.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((of) => {
          const log = topics.log(name, of.index)
          const room = Math.min(of.maxBytes, maxBytes - bytes)
          const { error, batches } = log?.read(
            of.offset,
            room,
            bytes === 0,
          ) ?? {
            error: UNKNOWN_TOPIC_OR_PARTITION,
            batches: [],
          }
          bytes += batches.reduce((sum, { length }) => sum + length, 0)
          failed ||= error !== NONE
          return { index: of.index, error, batches, log }
        }),
      }))
      return { answers, enough: failed || bytes >= minBytes }
    }

    const stale = session !== 0
    let { answers, enough } = stale ? { answers: [], enough: true } : read()
    if (!enough && maxWait > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, maxWait).unref()
      const logs = answers.flatMap(({ partitions }) => partitions)
      const stop = logs.map(({ log }) =>
        log?.onAppend(() => read().enough && resolve()),
      )
      await promise
      clearTimeout(timer)
      stop.forEach((it) => it?.())
      answers = read().answers
    }

    response.int32(0)
    if (version >= 7) {
      response.int16(stale ? FETCH_SESSION_ID_NOT_FOUND : NONE).int32(0)
    }
    response.array(answers, ({ name, partitions }) =>
      response
        .string(name)
        .array(partitions, ({ index, error, batches, log }) => {
          const known = error === NONE ? log : undefined
          const end = known?.end ?? -1n
          response.int32(index).int16(error).int64(end).int64(end)
          if (version >= 5) response.int64(known?.start ?? -1n)
          response.int32(-1) // no aborted transactions
          if (version >= 11) response.int32(-1) // no replica is preferred
          response.bytes(...batches)
        }),
    )
  },
}

/** ListOffsets v1-3. */
export const listOffsets: Api = {
  key: 2,
  versions: [1, 3],
  answer({ version, body }, response, { topics }) {
    body.int32() // the replica
    if (version >= 2) body.int8() // the isolation level
    const asked = body.array(() => ({
      name: body.string(),
      partitions: body.array(() => ({
        index: body.int32(),
        timestamp: body.int64(),
      })),
    }))

    const find = (name: string, index: number, timestamp: bigint) => {
      const log = topics.log(name, index)
      const none = { error: NONE, timestamp: -1n, offset: -1n }
      if (!log) return { ...none, error: UNKNOWN_TOPIC_OR_PARTITION }
      if (timestamp === -1n) return { ...none, offset: log.end }
      if (timestamp === -2n) return { ...none, offset: log.start }
      if (timestamp < 0n) return { ...none, error: UNSUPPORTED_VERSION }
      return { ...none, ...log.find(timestamp) }
    }
    if (version >= 2) response.int32(0)
    response.array(asked, ({ name, partitions }) =>
      response.string(name).array(partitions, (of) => {
        const { error, timestamp, offset } = find(name, of.index, of.timestamp)
        response.int32(of.index).int16(error).int64(timestamp).int64(offset)
      }),
    )
  },
}

/** InitProducerId v0-1: for idempotent producers, not for transactions. */
export const initProducerId: Api = {
  key: 22,
  versions: [0, 1],
  answer({ body }, response, state: State) {
    const transactional = body.nullableString() !== null
    body.int32() // the transaction's timeout
    response.int32(0)
    if (transactional) response.int16(INVALID_REQUEST).int64(-1n).int16(-1)
    else response.int16(NONE).int64(state.nextProducerId++).int16(0)
  },
}
