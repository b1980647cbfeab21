import { crc32c, createRecordsBatch, type MessageRecord } from '@platformatic/kafka'
import fc from 'fast-check'
import {
  listOffsets,
  offsetCommit,
  offsetFetch,
} from '../../../examples/kafka/dev-broker/api-offsets.ts'
import { fetch, produce } from '../../../examples/kafka/dev-broker/api-records.ts'
import type { Api } from '../../../examples/kafka/dev-broker/api.ts'
import { encode } from './wire.ts'

/** A request that any broker can be sent. */
export interface Command {
  readonly key: number
  readonly version: number
  /** What it is, for whoever reads a failure. */
  readonly what: string
  /** Its bytes, for the run's own topic and group. */
  frame(name: string): Buffer
}

const now = 1_700_000_000_000n
const missing = 'no-such-topic'

/** Topics and partitions of which one each does not exist. */
const topic = fc.constantFrom('own', 'own', 'own', 'own', 'own', missing)
const index = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, -1)

const message = fc.record({
  key: fc.option(fc.string({ maxLength: 8 })),
  value: fc.option(fc.uint8Array({ maxLength: 40 })),
  headers: fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), { maxKeys: 2 }),
  timestamp: fc.constantFrom(now, now + 1n, now + 5n, now - 1_000_000n, 0n, -1n),
})

/** Faults of a batch, each with what it does to the bytes. */
const faults: Record<string, (batch: Buffer) => Buffer> = {
  'corrupt CRC': (batch) => flip(batch, batch.length - 1),
  'corrupt attributes': (batch) => flip(batch, 22),
  'cut off': (batch) => batch.subarray(0, -1),
  'header alone': (batch) => batch.subarray(0, 40),
  'no batch': () => Buffer.alloc(0),
  'two batches': (batch) => Buffer.concat([batch, batch]),
  'old magic': (batch) => changed(batch, (it) => it.writeInt8(1, 16)),
  'wrong length': (batch) => changed(batch, (it) => it.writeInt32BE(batch.length, 8)),
  'base offset': (batch) => changed(batch, (it) => it.writeBigInt64BE(3n)),
  'too many': (batch) => summed(changed(batch, (it) => it.writeInt32BE(9, 57))),
  'wrong last delta': (batch) => summed(changed(batch, (it) => it.writeInt32BE(9, 23))),
  'control batch': (batch) => summed(changed(batch, (it) => it.writeInt16BE(0x20, 21))),
  transactional: (batch) => summed(changed(batch, (it) => it.writeInt16BE(0x10, 21))),
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
    fault: fc.option(fc.constantFrom(...Object.keys(faults)), { freq: 3 }),
    large: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
  })
  .map(({ messages, producer, fault, large }) => {
    const value = large ? Buffer.alloc(1_048_600) : undefined
    const records = messages.map((it, at): MessageRecord => {
      const key = it.key === null ? undefined : Buffer.from(it.key)
      const own = it.value === null ? undefined : Buffer.from(it.value)
      const headers = new Map(
        Object.entries(it.headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)]),
      )
      const body = at === 0 ? (value ?? own) : own
      return {
        topic: 'own',
        timestamp: it.timestamp,
        headers,
        ...(key && { key }),
        ...(body && { value: body }),
      } as MessageRecord
    })
    const options = { producerId: producer?.id ?? -1n, producerEpoch: producer?.epoch ?? -1 }
    const { buffer } = createRecordsBatch(records, options)
    buffer.writeInt32BE(producer?.sequence ?? -1, 53)
    const intact = summed(Buffer.from(buffer))
    const bytes = fault === null ? intact : (faults[fault]?.(intact) ?? intact)
    const of = producer ? `${producer.id}/${producer.epoch}/${producer.sequence}` : 'no producer id'
    const size = large ? 'too large' : `${messages.length} records`
    return { bytes, what: `${size}, ${of}, ${fault ?? 'intact'}` }
  })

const produceCommand = fc
  .record({ topic, index, batch, acks: fc.constantFrom(-1, -1, -1, -1, 1, 1, 2) })
  .chain(({ topic, index, batch, acks }) =>
    command(produce, `${topic}/${index}, acks ${acks}: ${batch.what}`, (name) => ({
      acks,
      asked: [{ name: own(topic, name), partitions: [{ index, records: batch.bytes }] }],
    })),
  )

const offset = fc.oneof(
  { weight: 5, arbitrary: fc.bigInt({ min: 0n, max: 8n }) },
  fc.constantFrom(-1n, 100n),
)

const fetchCommand = fc
  .record({
    topic,
    partitions: fc.uniqueArray(
      fc.record({ index, offset, maxBytes: fc.constantFrom(1, 150, 100_000, 100_000) }),
      { minLength: 1, maxLength: 2, selector: ({ index }) => index },
    ),
    maxBytes: fc.constantFrom(1, 150, 2_000_000, 2_000_000),
    sessionEpoch: fc.constantFrom(-1, -1, -1, -1, 3),
  })
  .chain(({ topic, partitions, maxBytes, sessionEpoch }) => {
    const from = partitions.map((it) => `${it.index}@${it.offset} up to ${it.maxBytes}`).join(', ')
    return command(
      fetch,
      `${topic}/${from} of ${maxBytes}, epoch of session ${sessionEpoch}`,
      (name) => ({
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes,
        sessionEpoch,
        asked: [{ name: own(topic, name), partitions }],
      }),
    )
  })

const timestamps = [-1n, -1n, -2n, -2n, -3n, -4n, -7n, 0n, now, now + 1n, now + 3n, now + 9n]
const listCommand = fc
  .record({ topic, index, timestamp: fc.constantFrom(...timestamps) })
  .chain(({ topic, index, timestamp }) =>
    command(listOffsets, `${topic}/${index} at ${timestamp}`, (name) => ({
      asked: [{ name: own(topic, name), partitions: [{ index, timestamp }] }],
    })),
  )

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
    metadata: fc.constantFrom(null, '', 'note', 'x'.repeat(4_096), 'x'.repeat(4_097)),
  })
  .chain(({ group, topic, index, member: [memberId, generation], offset, metadata }) => {
    const who = `${group} as "${memberId}" of ${generation}`
    const what = `${who}, ${topic}/${index} = ${offset}, ${metadata?.length} bytes of metadata`
    return command(offsetCommit, what, (name) => ({
      group: own(group, name),
      generation,
      memberId,
      asked: [{ name: own(topic, name), partitions: [{ index, offset, metadata }] }],
    }))
  })

const committedCommand = fc
  .record({ group: fc.constantFrom('a', 'b', 'unknown', ''), topic: fc.option(topic), index })
  .chain(({ group, topic, index }) =>
    command(offsetFetch, `${group} ${topic ?? 'all'}/${index}`, (name) => ({
      group: own(group, name),
      topics: topic === null ? null : [{ name: own(topic, name), partitions: [index] }],
    })),
  )

/** Any of what the differential test asks. */
export const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: produceCommand },
  { weight: 3, arbitrary: fetchCommand },
  { weight: 2, arbitrary: listCommand },
  { weight: 2, arbitrary: commitCommand },
  { weight: 2, arbitrary: committedCommand },
)

function command<Request>(
  api: Api<Request>,
  what: string,
  request: (name: string) => Request,
): fc.Arbitrary<Command> {
  const [min, max] = api.versions
  return fc.integer({ min, max }).map((version) => ({
    key: api.key,
    version,
    what,
    frame: (name) => encode(api, version, request(name)),
  }))
}

/** Names that are the run's own, so that runs do not see each other; what is missing is missing for all. */
const own = (name: string, run: string): string =>
  name === '' || name === missing ? name : `${run}-${name}`

function changed(bytes: Buffer, change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes)
  change(copy)
  return copy
}

const flip = (bytes: Buffer, at: number): Buffer =>
  changed(bytes, (it) => it.writeUInt8(it.readUInt8(at) ^ 1, at))

/** With the checksum that its bytes should have. */
const summed = (bytes: Buffer): Buffer =>
  changed(bytes, (it) => it.writeUInt32BE(crc32c(it.subarray(21)), 17))
