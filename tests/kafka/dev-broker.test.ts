import {
  Admin,
  Consumer,
  Producer,
  stringSerializers,
  type MessageRecord,
} from '@platformatic/kafka'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import fc from 'fast-check'
import { Kafka, logLevel } from 'kafkajs'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { joinGroup } from '../../examples/kafka/dev-broker/api-groups.ts'
import { offsetCommit } from '../../examples/kafka/dev-broker/api-offsets.ts'
import * as api from '../../examples/kafka/dev-broker/api-records.ts'
import type { BrokerProcess } from '../../contracts/process/broker.ts'
import { encodeBatch, flipBit } from './dev-broker/batches.ts'
import { platformatic } from './dev-broker/clients.ts'
import { startDevBrokerProcess } from './dev-broker/process.ts'
import { encodeFrame, record } from './dev-broker/recorder.ts'
import { byName, readVersions, request } from './differential/topics.ts'

/** Set SEED to repeat a run. */
const seed = Number(process.env['SEED'] || Math.trunc(Math.random() * 2 ** 31))

let broker: BrokerProcess
beforeAll(async () => {
  broker = await startDevBrokerProcess()
  return () => broker.stop()
})

describe('record batches', () => {
  beforeAll(() => platformatic(broker.address).createTopic('batches', 1))

  test('a batch with a flipped bit is rejected with CORRUPT_MESSAGE and not appended', async () => {
    const intact = batchOf('hello')
    expect(await produce(intact)).toEqual({ error: 0, offset: 0n })
    for (const position of [21, 35, 61, intact.length - 1]) {
      expect(await produce(flipBit(intact, position))).toEqual({ error: 2, offset: -1n })
    }
    expect(await produce(intact)).toEqual({ error: 0, offset: 1n })
  })

  test('a batch over the size limit is rejected with MESSAGE_TOO_LARGE', async () => {
    expect(await produce(batchOf('x'.repeat(1_048_588)))).toEqual({ error: 10, offset: -1n })
  })

  test('a repeated batch gets its first offset, and a sequence gap is rejected with OUT_OF_ORDER_SEQUENCE_NUMBER', async () => {
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
  test('a commit with an old generation or an unknown member ID is rejected and the offset stays', async () => {
    const base = { clientId: 'generations', bootstrapBrokers: [broker.address], retries: 0 }
    await platformatic(broker.address).createTopic('generations', 1)
    const groupId = 'generations'
    const member = new Consumer({ ...base, groupId })
    member.topics.track('generations')
    await member.joinGroup({})
    const commit = async (memberId: string | null, generation: number, offset: bigint) => {
      const asked = [byName('generations', [{ index: 0, offset, leaderEpoch: -1, metadata: null }])]
      const member = { generation, memberId: String(memberId), instanceId: null }
      const position = { group: groupId, ...member, asked }
      const { topics } = await request(broker.port, offsetCommit, position)
      return topics[0]?.partitions[0]?.error
    }
    const { memberId, generationId } = member
    const [illegalGeneration, unknownMemberId] = [22, 25]
    expect(await commit(memberId, generationId, 5n)).toBe(0)
    expect(await commit(memberId, generationId - 1, 3n)).toBe(illegalGeneration)
    expect(await commit('stranger', generationId, 3n)).toBe(unknownMemberId)

    const admin = new Admin(base)
    const [group] = await admin.listConsumerGroupOffsets({ groups: [groupId] })
    expect(group?.topics[0]?.partitions[0]?.committedOffset).toBe(5n)
    await admin.close()
    await member.close(true)
  })
})

describe('npm run broker', () => {
  test('the README of the dev broker lists the versions that ApiVersions returns', async () => {
    const { apis } = await readVersions(broker.port)
    const advertised = apis.map(({ key, min, max }) => `| ${key} | ${min}-${max} |`)
    const path = new URL('../../examples/kafka/dev-broker/README.md', import.meta.url)
    const readme = readFileSync(path, 'utf8')
    const rows = readme.matchAll(/^\| [A-Z]\w+ +\| (\d+) +\| (\d+-\d+) +\|$/gm)
    const listed = Array.from(rows, ([, key, versions]) => `| ${key} | ${versions} |`)
    expect(listed.toSorted()).toEqual(advertised.toSorted())
  })

  test('npm run broker prints its address in the last line and exits with 0 on SIGTERM', async () => {
    const other = await startDevBrokerProcess()
    await other.stop()
    expect(other.lines().at(-1)).toBe(`KAFKA_BROKERS=${other.address}`)
    expect(other.errorOutput()).toBe('ended with 0')
  })

  test.each(['x', '-1', '65536', '9092.5', ' '])(
    'npm run broker rejects BROKER_PORT=%j with an error that names the variable',
    async (port) => {
      await expect(startDevBrokerProcess(port)).rejects.toThrow(
        /BROKER_PORT=.* is invalid.*ended with 1/s,
      )
    },
  )

  test('npm run broker takes an empty BROKER_PORT for 9092', async () => {
    // Another program may have taken the port already, so the error is the same.
    const server = createServer().on('error', () => {})
    server.listen(9092, '127.0.0.1')
    onTestFinished(() => void server.close())
    await expect(startDevBrokerProcess('')).rejects.toThrow('Cannot listen on BROKER_PORT=9092')
  })
})

describe('invalid requests', () => {
  test('the dev broker closes an HTTP connection without a response', async () => {
    expect(await exchange(Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'))).toHaveLength(0)
  })

  test('an unknown request or version closes the connection, as in Kafka', async () => {
    expect(await exchange(encodeFrame(encodeHeader(999, 0)))).toHaveLength(0)
    expect(await exchange(encodeFrame(encodeHeader(0, 99)))).toHaveLength(0)
  })

  test('a refused request is printed once per client, with its name, its version and what is supported', async () => {
    for (const client of ['first', 'first', 'second']) {
      await exchange(encodeFrame(encodeHeader(0, 99, client)))
      await exchange(encodeFrame(encodeHeader(16, 4, client)))
    }
    const printed = ['first', 'second'].flatMap((client) => [
      `Refused client "${client}": Produce v99 is not supported. Supported: v3 to v13.`,
      `Refused client "${client}": ListGroups v4 is not supported. See the list in dev-broker/README.md.`,
    ])
    await vi.waitFor(() => {
      const lines = broker.lines().filter((line) => /"(first|second)"/.test(line))
      expect(lines).toEqual(printed)
    })
  })

  test('clients that ask for transactions or the newer group protocol fail at once, and the broker prints why', async () => {
    const base = { bootstrapBrokers: [broker.address] }
    const transactional = { transactionalId: 'payments', idempotent: true }
    const producer = new Producer({ ...base, ...transactional, clientId: 'transactional' })
    await expect(producer.beginTransaction()).rejects.toThrow('FindCoordinator')
    await producer.close()

    const kafka = new Kafka({
      clientId: 'js',
      brokers: [broker.address],
      logLevel: logLevel.NOTHING,
    })
    const other = kafka.producer({ transactionalId: 'payments' })
    await other.connect()
    await expect(other.transaction()).rejects.toThrow('coordinator')
    await other.disconnect()

    const consumer = new Consumer({
      ...base,
      clientId: 'newer',
      groupId: 'newer',
      groupProtocol: 'consumer',
    })
    await platformatic(broker.address).createTopic('newer', 1)
    await expect(consumer.consume({ topics: ['newer'] })).rejects.toThrow('ConsumerGroupHeartbeat')
    await consumer.close(true)

    const expected = ['transactional', 'js'].map(
      (client) => `Refused client "${client}": Transactions are not supported.`,
    )
    expected.push(
      'Refused client "newer": The group protocol "consumer" is not supported. Use "classic".',
    )
    await vi.waitFor(() => expect(broker.lines()).toEqual(expect.arrayContaining(expected)))
  })

  test('a static member is refused with an error that clients do not retry', async () => {
    const member = { id: 'static', memberId: '', instanceId: 'one', protocolType: 'consumer' }
    const timeouts = { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 6_000 }
    const { error } = await request(broker.port, joinGroup, {
      ...member,
      ...timeouts,
      protocols: [],
    })
    const unsupportedVersion = 35
    expect(error).toBe(unsupportedVersion)
  })

  test('an unknown version of ApiVersions is answered in version 0 with UNSUPPORTED_VERSION', async () => {
    const answer = await exchange(encodeFrame(encodeHeader(18, 99)))
    expect(answer.subarray(4).toString('hex')).toBe('0000000700230000000100120000' + '0004')
  })

  test('the dev broker keeps running after more than 10,000 frames of garbage and damaged requests', async () => {
    console.log(`Set SEED=${seed} to send the same frames again.`)
    const recorded = await recordFrames()
    expect(new Set(recorded.map((frame) => frame.readInt16BE())).size).toBeGreaterThan(10)
    await fc.assert(
      fc.asyncProperty(
        fc.array(hostileFrames(recorded), { minLength: 30, maxLength: 40 }),
        async (frames) => {
          await Promise.all(frames.map(sendAndClose))
          expect(broker.errorOutput()).toBe('')
        },
      ),
      { seed, numRuns: 400, endOnFailure: true },
    )
    await runRoundTrip(broker.address, 'afterwards')
    expect(broker.errorOutput()).toBe('')
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
  return encodeBatch([message], { producerId: -1n, producerEpoch: 0, ...options })
}

/** Sends one batch to partition 0. */
async function produce(records: Buffer): Promise<{ error: number; offset: bigint }> {
  const asked = [byName('batches', [{ index: 0, records }])]
  const { topics } = await request(broker.port, api.produce, { acks: -1, asked })
  const { error, baseOffset } = topics[0]?.partitions[0] ?? expect.unreachable()
  return { error, offset: baseOffset }
}

/** Encodes a request header with correlation ID 7. */
function encodeHeader(key: number, version: number, clientId?: string): Buffer {
  const bytes = Buffer.alloc(10)
  bytes.writeInt16BE(key)
  bytes.writeInt16BE(version, 2)
  bytes.writeInt32BE(7, 4)
  bytes.writeInt16BE(clientId?.length ?? -1, 8)
  return Buffer.concat([bytes, Buffer.from(clientId ?? '')])
}

/** Opens a connection, which the broker may reset. */
const openSocket = () => connect(broker.port, '127.0.0.1').on('error', () => {})

/** Writes to a new connection. Resolves with the response frame, or an empty buffer if the broker closes it. */
async function exchange(bytes: Buffer): Promise<Buffer> {
  const socket = openSocket()
  let received = Buffer.alloc(0)
  socket.on('data', (part) => {
    received = Buffer.concat([received, part])
    if (received.length >= 4 + received.readInt32BE()) socket.destroy()
  })
  socket.write(bytes)
  await once(socket, 'close')
  return received
}

/** Sends bytes and closes the connection at the first response or after 50 ms. */
async function sendAndClose(bytes: Uint8Array): Promise<void> {
  const socket = openSocket()
  socket.once('data', () => socket.destroy())
  socket.setTimeout(50, () => socket.destroy())
  socket.end(bytes)
  await once(socket, 'close')
}

/** Generates damaged frames, frames with random content, and bytes that are not frames. */
function hostileFrames(recorded: readonly Buffer[]): fc.Arbitrary<Uint8Array> {
  const change = fc.record({ position: fc.nat(), byte: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff) })
  const damaged = fc
    .record({
      frame: fc.constantFrom(...recorded),
      changes: fc.array(change, { minLength: 1, maxLength: 6 }),
      keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
    })
    .map(({ frame, changes, keep }) => {
      const bytes = Buffer.from(frame)
      for (const { position, byte } of changes) bytes[position % bytes.length] = byte
      return encodeFrame(bytes.subarray(0, Math.ceil(bytes.length * keep)))
    })
  const bytes = fc.uint8Array({ maxLength: 200 })
  const headed = fc
    .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 12 }), bytes)
    .map(([key, version, rest]) => encodeFrame(Buffer.concat([encodeHeader(key, version), rest])))
  return fc.oneof({ weight: 6, arbitrary: damaged }, { weight: 2, arbitrary: headed }, bytes)
}

/** Records every request of a client in a round trip. */
async function recordFrames(): Promise<Buffer[]> {
  const events = await record(broker.port, (address) => runRoundTrip(address, 'recorded'))
  return events.filter(({ kind }) => kind === 'requested').map(({ exchange }) => exchange.request)
}

/** Creates a topic, produces, consumes in a group, commits, deletes the topic. */
async function runRoundTrip(address: string, topic: string): Promise<void> {
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
