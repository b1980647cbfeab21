import type { MessageRecord } from '@platformatic/kafka'
import fc from 'fast-check'
import {
  listOffsets,
  offsetCommit,
  offsetFetch,
} from '../../../examples/kafka/dev-broker/api-offsets.ts'
import { fetch, produce } from '../../../examples/kafka/dev-broker/api-records.ts'
import type { Api } from '../../../examples/kafka/dev-broker/api.ts'
import { changeBatch, changeBytes, encodeBatch, flipBit } from '../dev-broker/batches.ts'
import { encodeRequest } from './wire.ts'

/** A request for any broker. */
export interface Command {
  readonly key: number
  readonly version: number
  /** Shown when a comparison fails. */
  readonly description: string
  /** Encodes the request for the topic and the group of this run. */
  frame(run: Run): Buffer
}

/** What makes the requests of a run differ from those of other runs. */
export interface Run {
  readonly name: string
  /** The ID of the topic of this run. */
  readonly topicId: string
}

/** The ID of no topic. */
const missingId = 'f'.repeat(32)

const now = 1_700_000_000_000n
const missing = 'no-such-topic'

/** Topics and partitions, some of which do not exist. */
const topic = fc.constantFrom('own', 'own', 'own', 'own', 'own', missing)
const index = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, -1)

const message = fc.record({
  key: fc.option(fc.string({ maxLength: 8 })),
  value: fc.option(fc.uint8Array({ maxLength: 40 })),
  headers: fc.array(
    fc.tuple(fc.constantFrom('', 'n', 'ü'), fc.option(fc.uint8Array({ maxLength: 5 }))),
    { maxLength: 3 },
  ),
  timestamp: fc.constantFrom(now, now + 1n, now + 5n, now - 1_000_000n, 0n, -1n),
})

/** Ways to damage a batch. */
const damages: Record<string, (batch: Buffer) => Buffer> = {
  'corrupt CRC': (batch) => flipBit(batch, batch.length - 1),
  'corrupt attributes': (batch) => flipBit(batch, 22),
  'cut off': (batch) => batch.subarray(0, -1),
  'header alone': (batch) => batch.subarray(0, 40),
  'no batch': () => Buffer.alloc(0),
  'two batches': (batch) => Buffer.concat([batch, batch]),
  'old magic': (batch) => changeBytes(batch, (copy) => copy.writeInt8(1, 16)),
  'wrong length': (batch) => changeBytes(batch, (copy) => copy.writeInt32BE(batch.length, 8)),
  'base offset': (batch) => changeBytes(batch, (copy) => copy.writeBigInt64BE(3n)),
  'too many': (batch) => changeBatch(batch, (copy) => copy.writeInt32BE(9, 57)),
  'wrong last delta': (batch) => changeBatch(batch, (copy) => copy.writeInt32BE(9, 23)),
  'control batch': (batch) => changeBatch(batch, (copy) => copy.writeInt16BE(0x20, 21)),
  transactional: (batch) => changeBatch(batch, (copy) => copy.writeInt16BE(0x10, 21)),
}

const batch = fc
  .record({
    messages: fc.array(message, { minLength: 1, maxLength: 3 }),
    producer: fc.option(
      fc.record({
        id: fc.constantFrom(7_000n, 7_001n),
        epoch: fc.constantFrom(0, 0, 0, 1),
        sequence: fc.constantFrom(0, 0, 1, 2, 3, 4, 5, 6),
      }),
    ),
    damage: fc.option(fc.constantFrom(...Object.keys(damages)), { freq: 3 }),
    compression: fc.constantFrom('none', 'none', 'none', 'gzip', 'snappy', 'lz4', 'zstd'),
    isLarge: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
  })
  .map(({ messages, producer, damage, compression, isLarge }) => {
    const value = isLarge ? Buffer.alloc(1_048_600) : undefined
    const records = messages.map((fields, position): MessageRecord => {
      const key = fields.key === null ? undefined : Buffer.from(fields.key)
      const own = fields.value === null ? undefined : Buffer.from(fields.value)
      // A map of buffers keeps repeated names. The client sends undefined as null.
      const headers = new Map(
        fields.headers.map(([name, bytes]) => [Buffer.from(name), bytes && Buffer.from(bytes)]),
      )
      const body = position === 0 ? (value ?? own) : own
      return {
        topic: 'own',
        timestamp: fields.timestamp,
        headers,
        ...(key && { key }),
        ...(body && { value: body }),
      } as MessageRecord
    })
    const intact = encodeBatch(records, {
      compression,
      producerId: producer?.id ?? -1n,
      producerEpoch: producer?.epoch ?? -1,
      firstSequence: producer?.sequence ?? -1,
    })
    const bytes = damage === null ? intact : (damages[damage]?.(intact) ?? intact)
    const source = producer
      ? `${producer.id}/${producer.epoch}/${producer.sequence}`
      : 'no producer id'
    const size = isLarge ? 'too large' : `${messages.length} records`
    return { bytes, description: `${size}, ${source}, ${compression}, ${damage ?? 'intact'}` }
  })

const produceCommand = fc
  .record({ topic, index, batch, acks: fc.constantFrom(-1, -1, -1, -1, 1, 1, 2) })
  .chain(({ topic, index, batch, acks }) =>
    command(produce, `${topic}/${index}, acks ${acks}: ${batch.description}`, (run) => ({
      acks,
      asked: [{ ...keyOf(topic, run), partitions: [{ index, records: batch.bytes }] }],
    })),
  )

const offset = fc.oneof(
  { weight: 5, arbitrary: fc.bigInt({ min: 0n, max: 8n }) },
  fc.constantFrom(-1n, 100n),
)

/** The epoch of the leader that a client knows. -1 if it does not say. */
const epoch = fc.constantFrom(-1, -1, 0, 0, 1)

const fetchCommand = fc
  .record({
    topic,
    partitions: fc.array(
      fc.record({
        index,
        leaderEpoch: epoch,
        offset,
        maxBytes: fc.constantFrom(-1, 0, 1, 150, 100_000, 100_000, 100_000),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    maxBytes: fc.constantFrom(-1, 0, 1, 150, 2_000_000, 2_000_000, 2_000_000),
    sessionEpoch: fc.constantFrom(-1, -1, -1, -1, 3),
  })
  .chain(({ topic, partitions, maxBytes, sessionEpoch }) => {
    const from = partitions.map((part) => `${part.index}@${part.offset} up to ${part.maxBytes}`)
    return command(
      fetch,
      `${topic}/${from} of ${maxBytes}, session epoch ${sessionEpoch}`,
      (run) => ({
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes,
        sessionEpoch,
        asked: [{ ...keyOf(topic, run), partitions }],
      }),
    )
  })

const timestamps = [
  -1n,
  -1n,
  -2n,
  -2n,
  -3n,
  -4n,
  -5n,
  -6n,
  -7n,
  0n,
  now,
  now + 1n,
  now + 3n,
  now + 9n,
]
const listed = fc.record({
  index,
  leaderEpoch: epoch,
  timestamp: fc.constantFrom(...timestamps),
})
const listCommand = fc
  .record({ topic, partitions: fc.array(listed, { minLength: 1, maxLength: 2 }) })
  .chain(({ topic, partitions }) => {
    const at = partitions.map((part) => `${part.index} at ${part.timestamp} in ${part.leaderEpoch}`)
    return command(listOffsets, `${topic}/${at}`, (run) => ({
      asked: [{ ...keyOf(topic, run), partitions }],
    }))
  })

const group = fc.constantFrom('a', 'a', 'b', '')
const commitCommand = fc
  .record({
    group,
    topic,
    index,
    member: fc.constantFrom(['', -1], ['', -1], ['', -1], ['stranger', 4], ['', 0]) as fc.Arbitrary<
      [string, number]
    >,
    offset: fc.constantFrom(0n, 1n, 5n, 1_000n, -1n),
    leaderEpoch: epoch,
    metadata: fc.constantFrom(null, '', 'note', 'x'.repeat(4_096), 'x'.repeat(4_097)),
  })
  .chain(({ group, topic, index, member: [memberId, generation], ...position }) => {
    const { offset, leaderEpoch, metadata } = position
    const member = `${group} as "${memberId}" of ${generation}`
    const description = `${member}, ${topic}/${index} = ${offset}@${leaderEpoch}, ${metadata?.length} bytes of metadata`
    return command(offsetCommit, description, (run) => ({
      group: ownName(group, run),
      generation,
      memberId,
      instanceId: null,
      asked: [{ ...keyOf(topic, run), partitions: [{ index, ...position }] }],
    }))
  })

const committedCommand = fc
  .record({ group: fc.constantFrom('a', 'b', 'unknown', ''), topic: fc.option(topic), index })
  .chain(({ group, topic, index }) =>
    command(offsetFetch, `${group} ${topic ?? 'all'}/${index}`, (run) => ({
      asked: [
        {
          group: ownName(group, run),
          memberId: null,
          memberEpoch: -1,
          topics: topic === null ? null : [{ ...keyOf(topic, run), partitions: [index] }],
        },
      ],
    })),
  )

/** Generates the requests of the differential test. */
export const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: produceCommand },
  { weight: 3, arbitrary: fetchCommand },
  { weight: 2, arbitrary: listCommand },
  { weight: 2, arbitrary: commitCommand },
  { weight: 2, arbitrary: committedCommand },
)

function command<Request>(
  api: Api<Request>,
  description: string,
  request: (run: Run) => Request,
): fc.Arbitrary<Command> {
  const [min, max] = api.versions
  return fc.integer({ min, max }).map((version) => ({
    key: api.key,
    version,
    description,
    frame: (run) => encodeRequest(api, version, request(run)),
  }))
}

/** Makes a name unique to the run. The missing topic keeps its name. */
const ownName = (name: string, run: Run): string =>
  name === '' || name === missing ? name : `${run.name}-${name}`

/** Names a topic and gives its ID. The version of the request decides which of them is sent. */
const keyOf = (topic: string, run: Run) => ({
  name: ownName(topic, run),
  id: topic === missing ? missingId : run.topicId,
})
