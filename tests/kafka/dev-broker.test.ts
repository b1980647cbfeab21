import {
  Admin,
  Consumer,
  crc32c,
  createRecordsBatch,
  Producer,
  ProtocolError,
  stringSerializers,
  Writer,
  type MessageRecord,
} from '@platformatic/kafka'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBrokerProcess, type BrokerProcess } from './dev-broker/broker.ts'
import { platformatic } from './dev-broker/clients.ts'
import { framed, record } from './dev-broker/recorder.ts'

/** The same seed gives the same frames. */
const seed = Number(process.env['SEED'] ?? Math.trunc(Math.random() * 2 ** 31))

let broker: BrokerProcess
beforeAll(async () => {
  broker = await startBrokerProcess()
})
afterAll(async () => {
  await broker.stop()
})

describe('record batches', () => {
  beforeAll(() => platformatic(broker.address).createTopic('batches', 1))

  test('one flipped bit under the checksum is CORRUPT_MESSAGE, and nothing is appended', async () => {
    const intact = batchOf('hello')
    expect(await produce(intact)).toEqual({ error: 0, offset: 0n })
    for (const position of [21, 35, 61, intact.length - 1]) {
      const flipped = Buffer.from(intact)
      flipped.writeUInt8(flipped.readUInt8(position) ^ 1, position)
      expect(await produce(flipped)).toEqual({ error: 2, offset: -1n })
    }
    expect(await produce(intact)).toEqual({ error: 0, offset: 1n })
  })

  test('a batch over the limit is MESSAGE_TOO_LARGE', async () => {
    expect(await produce(batchOf('x'.repeat(1_048_588)))).toEqual({ error: 10, offset: -1n })
  })

  test('a repeated batch gets its first offset, a gap is OUT_OF_ORDER_SEQUENCE_NUMBER', async () => {
    const first = await produce(batchOf('a', { producerId: 7n, firstSequence: 0 }))
    expect(first.error).toBe(0)
    expect(await produce(batchOf('a', { producerId: 7n, firstSequence: 0 }))).toEqual(first)
    expect(await produce(batchOf('c', { producerId: 7n, firstSequence: 2 }))).toEqual({
      error: 45,
      offset: -1n,
    })
    expect(await produce(batchOf('b', { producerId: 7n, firstSequence: 1 }))).toEqual({
      error: 0,
      offset: first.offset + 1n,
    })
  })
})

describe('generations', () => {
  test('who commits with an old generation or as a stranger is refused, the offset stays', async () => {
    const base = { clientId: 'generations', bootstrapBrokers: [broker.address], retries: 0 }
    await platformatic(broker.address).createTopic('generations', 1)
    const groupId = 'generations'
    const member = new Consumer({ ...base, groupId })
    member.topics.track('generations')
    await member.joinGroup({})
    const commitAs = async (memberId: string | null, generationId: number, offset: bigint) => {
      const committer = Object.assign(new Consumer({ ...base, groupId }), {
        memberId,
        generationId,
      })
      const position = { topic: 'generations', partition: 0, offset, leaderEpoch: -1 }
      return committer
        .commit({ offsets: [position] })
        .then(() => undefined, protocolErrorOf)
        .finally(() => committer.close())
    }
    const { memberId, generationId } = member
    expect(await commitAs(memberId, generationId, 5n)).toBeUndefined()
    expect(await commitAs(memberId, generationId - 1, 3n)).toBe('ILLEGAL_GENERATION')
    expect(await commitAs('stranger', generationId, 3n)).toBe('UNKNOWN_MEMBER_ID')

    const admin = new Admin(base)
    const [group] = await admin.listConsumerGroupOffsets({ groups: [groupId] })
    expect(group?.topics[0]?.partitions[0]?.committedOffset).toBe(5n)
    await admin.close()
    await member.close(true)
  })
})

describe('npm run broker', () => {
  test('its README lists the versions that ApiVersions tells', async () => {
    const answer = await exchange(framed(header(18, 0)))
    const told = Array.from({ length: answer.readInt32BE(10) }, (_none, index) => {
      const at = (field: number) => answer.readInt16BE(14 + 6 * index + 2 * field)
      return `| ${at(0)} | ${at(1)}-${at(2)} |`
    })
    const readme = readFileSync(new URL('../../examples/kafka/README.md', import.meta.url), 'utf8')
    const rows = readme.matchAll(/^\| [A-Z]\w+ +\| (\d+) +\| (\d+-\d+) +\|$/gm)
    const listed = Array.from(rows, ([, key, versions]) => `| ${key} | ${versions} |`)
    expect(listed.toSorted()).toEqual(told.toSorted())
  })

  test('says its address in its last line, and ends with 0 on SIGTERM', async () => {
    const other = await startBrokerProcess()
    await other.stop()
    expect(other.lines().at(-1)).toBe(`KAFKA_BROKERS=${other.address}`)
    expect(other.complaints()).toBe('ended with 0')
  })

  test.each(['x', '-1', '65536', '9092.5', ''])(
    'BROKER_PORT=%j is refused by its name',
    async (port) => {
      await expect(startBrokerProcess(port)).rejects.toThrow(
        /BROKER_PORT must be 0 to 65535.*ended with 1/s,
      )
    },
  )
})

describe('what is no Kafka request', () => {
  test('a connection that speaks HTTP is closed without an answer', async () => {
    expect(await exchange(Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'))).toHaveLength(0)
  })

  test('an unknown request and an unknown version end the connection, as in Kafka', async () => {
    expect(await exchange(framed(header(999, 0)))).toHaveLength(0)
    expect(await exchange(framed(header(0, 99)))).toHaveLength(0)
  })

  test('an unknown version of ApiVersions is answered in version 0: UNSUPPORTED_VERSION', async () => {
    const answer = await exchange(framed(header(18, 99)))
    expect(answer.subarray(4).toString('hex')).toBe('0000000700230000000100120000' + '0002')
  })

  test('more than 10,000 frames of garbage and damaged requests: it goes on', async () => {
    console.log(`Frames: SEED=${seed} gives the same again.`)
    const recorded = await recordFrames()
    expect(new Set(recorded.map((frame) => frame.readInt16BE())).size).toBeGreaterThan(10)
    await fc.assert(
      fc.asyncProperty(
        fc.array(hostile(recorded), { minLength: 30, maxLength: 40 }),
        async (frames) => {
          await Promise.all(frames.map(throwAt))
          expect(broker.complaints()).toBe('')
        },
      ),
      { seed, numRuns: 400, endOnFailure: true },
    )
    await roundTrip(broker.address, 'afterwards')
    expect(broker.complaints()).toBe('')
  })
})

function batchOf(
  value: string,
  options: { producerId?: bigint; firstSequence?: number } = {},
): Buffer {
  const message: MessageRecord = {
    topic: 'batches',
    value: Buffer.from(value),
    timestamp: 1_700_000_000_000n,
  }
  const { producerId = -1n, firstSequence = -1 } = options
  const { buffer } = createRecordsBatch([message], { producerId, producerEpoch: 0 })
  buffer.writeInt32BE(firstSequence, 53)
  buffer.writeUInt32BE(crc32c(buffer.subarray(21)), 17)
  return buffer
}

/** Sends one batch with Produce v7 to partition 0. */
async function produce(batch: Buffer): Promise<{ error: number; offset: bigint }> {
  const topic = 'batches'
  const request = Writer.create()
    .append(header(0, 7))
    .appendString(null, false)
    .appendInt16(-1)
    .appendInt32(1000)
    .appendInt32(1)
    .appendString(topic, false)
    .appendInt32(1)
    .appendInt32(0)
    .appendInt32(batch.length)
    .append(batch)
  const answer = await exchange(framed(request.buffer))
  const at = 4 + 4 + 4 + 2 + topic.length + 4 + 4
  return { error: answer.readInt16BE(at), offset: answer.readBigInt64BE(at + 2) }
}

/** Key, version, correlation id 7, no client id. */
function header(key: number, version: number): Buffer {
  const bytes = Buffer.alloc(10)
  bytes.writeInt16BE(key)
  bytes.writeInt16BE(version, 2)
  bytes.writeInt32BE(7, 4)
  bytes.writeInt16BE(-1, 8)
  return bytes
}

/** Writes to a connection of its own; gives the frame that came back, or nothing if it was closed instead. */
async function exchange(bytes: Buffer): Promise<Buffer> {
  const socket = connect(broker.port, '127.0.0.1')
  let received = Buffer.alloc(0)
  socket.on('error', () => {
    // A reset is a fair answer.
  })
  socket.on('data', (part) => {
    received = Buffer.concat([received, part])
    if (received.length >= 4 + received.readInt32BE()) socket.destroy()
  })
  socket.write(bytes)
  await once(socket, 'close')
  return received
}

/** Throws bytes at the broker and goes away at its first answer, or soon if there is none. */
async function throwAt(bytes: Uint8Array): Promise<void> {
  const socket = connect(broker.port, '127.0.0.1')
  socket.on('error', () => {
    // A reset is a fair answer.
  })
  socket.once('data', () => socket.destroy())
  socket.setTimeout(50, () => socket.destroy())
  socket.end(bytes)
  await once(socket, 'close')
}

/** Real frames with faults, random ones of the right length, and bytes that are no frames. */
function hostile(recorded: readonly Buffer[]): fc.Arbitrary<Uint8Array> {
  const fault = fc.record({ at: fc.nat(), byte: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff) })
  const damaged = fc
    .record({
      frame: fc.constantFrom(...recorded),
      faults: fc.array(fault, { minLength: 1, maxLength: 6 }),
      keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
    })
    .map(({ frame, faults, keep }) => {
      const bytes = Buffer.from(frame)
      for (const { at, byte } of faults) bytes[at % bytes.length] = byte
      return framed(bytes.subarray(0, Math.ceil(bytes.length * keep)))
    })
  const bytes = fc.uint8Array({ maxLength: 200 })
  const headed = fc
    .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 12 }), bytes)
    .map(([key, version, rest]) => framed(Buffer.concat([header(key, version), rest])))
  return fc.oneof({ weight: 6, arbitrary: damaged }, { weight: 2, arbitrary: headed }, bytes)
}

/** Every frame that a client sends in a round trip. */
async function recordFrames(): Promise<Buffer[]> {
  const { events } = await record(broker.port, (address) => roundTrip(address, 'recorded'))
  return events.filter(({ kind }) => kind === 'asked').map(({ exchange }) => exchange.request)
}

/** Creates a topic, produces, consumes in a group, commits, deletes the topic. */
async function roundTrip(address: string, topic: string): Promise<void> {
  const base = { clientId: topic, bootstrapBrokers: [address] }
  const admin = new Admin(base)
  const producer = new Producer({ ...base, serializers: stringSerializers, idempotent: true })
  await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 })
  await producer.send({ messages: [{ topic, key: 'k', value: 'v' }] })
  const consumer = new Consumer({ ...base, groupId: topic, maxWaitTime: 50 })
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'committed',
    fallbackMode: 'earliest',
    autocommit: false,
  })
  for await (const message of stream) {
    expect(String(message.value)).toBe('v')
    await message.commit()
    break
  }
  await consumer.close(true)
  await admin.deleteTopics({ topics: [topic] })
  await producer.close()
  await admin.close()
}

function protocolErrorOf(error: unknown): unknown {
  if (error instanceof ProtocolError) return error['apiId']
  const causes = error instanceof AggregateError ? error.errors : []
  return causes.map(protocolErrorOf).find(Boolean) ?? error
}
