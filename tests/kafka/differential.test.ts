import { crc32c, createRecordsBatch } from '@platformatic/kafka'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { findCoordinator, heartbeat } from '../../examples/kafka/dev-broker/api-groups.ts'
import { fetch, initProducerId, produce } from '../../examples/kafka/dev-broker/api-records.ts'
import { createTopics } from '../../examples/kafka/dev-broker/api-topics.ts'
import { listOffsets } from '../../examples/kafka/dev-broker/api-offsets.ts'
import {
  INVALID_REPLICA_ASSIGNMENT,
  NONE,
  UNKNOWN_MEMBER_ID,
} from '../../examples/kafka/dev-broker/errors.ts'
import { apiVersions } from '../../examples/kafka/dev-broker/requests.ts'
import { startKafka, type Kafka } from '../../servers/kafka/kafka.ts'
import { findConfluentPython, findJava, findKcat, type Tool } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { startBrokerProcess, type BrokerProcess } from './dev-broker/broker.ts'
import {
  confluent,
  consoleTools,
  kafkajs,
  kcat,
  platformatic,
  type Client,
} from './dev-broker/clients.ts'
import { record } from './dev-broker/recorder.ts'
import { commands, type Command } from './differential/commands.ts'
import { rebalance } from './differential/groups.ts'
import { firstBatches, observed, wholeBatches } from './differential/normalise.ts'
import { replay } from './differential/replay.ts'
import { ask, makeTopic } from './differential/topics.ts'
import { encode, Wire } from './differential/wire.ts'

/** The same seed gives the same sequences. */
const seed = Number(process.env['SEED'] ?? Math.trunc(Math.random() * 2 ** 31))

const patience = { timeout: 30_000, interval: 20 }

describeWith('the dev broker and Kafka', findJava(), (java) => {
  let kafka: Kafka
  let kafkaPort: number
  let broker: BrokerProcess

  beforeAll(async () => {
    const starting = Promise.all([startKafka({ java, log: console.log }), startBrokerProcess()])
    ;[kafka, broker] = await starting
    kafkaPort = Number(kafka.brokers[0]?.split(':')[1])
    // The first group makes Kafka's own topic of offsets; until then nobody can commit. Ids of producers take a while too.
    await vi.waitFor(async () => {
      await ask(kafkaPort, findCoordinator, { id: 'first', type: 0 })
      const stranger = { id: 'first', generation: 0, memberId: 'stranger' }
      const { error } = await ask(kafkaPort, heartbeat, stranger)
      const producer = await ask(kafkaPort, initProducerId, { transaction: null })
      expect([error, producer.error]).toEqual([UNKNOWN_MEMBER_ID, NONE])
    }, patience)
  })
  afterAll(async () => {
    await kafka[Symbol.asyncDispose]()
    expect(broker.complaints()).toBe('')
    await broker.stop()
  })

  test('random sequences: what a client observes is the same', async () => {
    console.log(`Sequences: SEED=${seed} gives the same again.`)
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { minLength: 20, maxLength: 40 }), async (sequence) => {
        const name = `run-${run++}`
        await Promise.all([kafkaPort, broker.port].map((port) => makeTopic(port, `${name}-own`, 2)))
        const [expected, actual] = await Promise.all(
          [kafkaPort, broker.port].map((port) => answers(port, name, sequence)),
        )
        expect(actual).toEqual(expected)
      }),
      { seed, numRuns: 60, endOnFailure: true },
    )
  })

  test('two members of a group: each step is answered the same', async () => {
    const [expected, actual] = await Promise.all(
      [kafkaPort, broker.port].map(async (port) => {
        await makeTopic(port, 'rebalanced', 1)
        return rebalance(port, 'rebalanced')
      }),
    )
    expect(actual).toEqual(expected)
  })

  test('Kafka has every version that the dev broker tells of', async () => {
    const [inKafka, inDevBroker] = await Promise.all(
      [kafkaPort, broker.port].map(async (port) => (await ask(port, apiVersions, {})).apis),
    )
    const missing = inDevBroker?.filter(
      ({ key, min, max }) =>
        !inKafka?.some((its) => its.key === key && its.min <= min && max <= its.max),
    )
    expect(missing).toEqual([])
  })

  describe('recorded conversations: Kafka answers each request as the dev broker did', () => {
    const clients: [string, Tool, (path: string, address: string) => Client][] = [
      ['@platformatic/kafka', { path: '' }, (_, address) => platformatic(address)],
      ['kafkajs', { path: '' }, (_, address) => kafkajs(address)],
      ['kcat', findKcat(), (path, address) => kcat(path, address, platformatic(address))],
      ['confluent-kafka', findConfluentPython(), (path, address) => confluent(path, address)],
      ['console tools', { path: '' }, (_, address) => consoleTools(kafka.jvm, address)],
    ]
    for (const [name, tool, connect] of clients) {
      describeWith(name, tool, (path) => {
        test('makes a topic, produces, consumes in a group, resumes', async () => {
          const recording = await record(broker.port, (address) =>
            converse(connect(path, address), name.replaceAll(/\W/g, '')),
          )
          const compared = await replay(recording, kafkaPort)
          const asked = new Set(compared.map(({ request }) => Number(request.split(' ')[0])))
          expect([...asked].sort((a, b) => a - b)).toEqual(expect.arrayContaining(conversation))
          const of = (side: 'recorded' | 'replayed') =>
            compared.map((it) => ({ asked: it.request, answer: it[side] }))
          expect(of('recorded')).toEqual(of('replayed'))
        })
      })
    }
  })

  // Last: it makes a topic that only Kafka takes, and a client may ask for all topics.
  test('what the README lists as different is different', async () => {
    const of = async (port: number) => {
      await makeTopic(port, 'different', 1)
      const assignments = [{ index: 0, nodes: [1] }]
      const byHand = { name: 'by-hand', partitions: -1, replicas: -1, assignments, configs: [] }
      const created = await ask(port, createTopics, { asked: [byHand], onlyValidate: 0 })
      const send = (records: Buffer) => {
        const asked = [{ name: 'different', partitions: [{ index: 0, records }] }]
        return ask(port, produce, { acks: -1, asked })
      }
      const refused = await send(withLastDelta(batchOf('none'), 9))
      await send(batchOf('gzip'))
      const between = [{ index: 0, timestamp: firstTime + 1n }]
      const listed = await ask(port, listOffsets, {
        asked: [{ name: 'different', partitions: between }],
      })
      const fetched = await opensSession(port)
      return {
        'partitions assigned by hand': created.topics[0]?.error,
        'log start of a failed Produce': refused.topics[0]?.partitions[0]?.logStart,
        'offset by time in a compressed batch': listed.topics[0]?.partitions[0]?.offset,
        'opens a fetch session': fetched,
      }
    }
    const [inKafka, inDevBroker] = await Promise.all([of(kafkaPort), of(broker.port)])
    expect({ inKafka, inDevBroker }).toEqual({
      inKafka: {
        'partitions assigned by hand': NONE,
        'log start of a failed Produce': 0n,
        'offset by time in a compressed batch': 1n,
        'opens a fetch session': true,
      },
      inDevBroker: {
        'partitions assigned by hand': INVALID_REPLICA_ASSIGNMENT,
        'log start of a failed Produce': -1n,
        'offset by time in a compressed batch': 0n,
        'opens a fetch session': false,
      },
    })
  })
})

/** Every client's conversation has them: Produce, Fetch, Metadata, offsets and a group. */
const conversation = [0, 1, 3, 8, 9, 10, 11, 13, 14, 19]

/** What each client does: the second member of the group goes on where the first one has left. */
async function converse(client: Client, name: string): Promise<void> {
  const records = Array.from({ length: 12 }, (_, index) => `k${index % 5}:v${index}`)
  await client.createTopic(name, 3)
  for (const part of [records.slice(0, 8), records.slice(8)]) {
    await client.produce(name, part)
    const received: string[] = []
    const member = await client.join(name, `${name}-group`, received)
    await vi.waitFor(() => expect(received.toSorted()).toEqual(part.toSorted()), patience)
    await member.close()
  }
}

async function answers(port: number, name: string, sequence: readonly Command[]) {
  const answers: unknown[] = []
  let wire = await Wire.connect(port)
  for (const { key, version, what, frame } of sequence) {
    const response = await wire.send(frame(name))
    if (response === 'closed') wire = await Wire.connect(port)
    answers.push({
      asked: `${key} v${version} ${what}`,
      answer: firstBatches(observed(key, version, response)),
    })
  }
  wire[Symbol.dispose]()
  return [...answers, ...(await Promise.all([0, 1].map((index) => readAll(port, name, index))))]
}

/** All records of a partition, batch by batch. */
async function readAll(port: number, name: string, index: number): Promise<string[]> {
  const batches: string[] = []
  for (let offset = 0n; ;) {
    const partitions = [{ index, offset, maxBytes: 2 ** 24 }]
    const { topics } = await ask(port, fetch, {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 2 ** 24,
      sessionEpoch: -1,
      asked: [{ name: `${name}-own`, partitions }],
    })
    const records = topics[0]?.partitions[0]?.records ?? Buffer.alloc(0)
    if (records.length === 0) return batches
    batches.push(...wholeBatches(records))
    const last = Buffer.from(batches.at(-1) ?? '', 'hex')
    offset = last.readBigInt64BE() + BigInt(last.readInt32BE(23)) + 1n
  }
}

const firstTime = 1_700_000_000_000n

/** With an offset of its last record that cannot be, under a right checksum. */
function withLastDelta(batch: Buffer, delta: number): Buffer {
  batch.writeInt32BE(delta, 23)
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}

/** Two records that are 5 ms apart. */
function batchOf(compression: 'none' | 'gzip'): Buffer {
  const messages = [firstTime, firstTime + 5n].map((timestamp) => ({
    topic: 'different',
    value: Buffer.from('value'),
    timestamp,
  }))
  const { buffer } = createRecordsBatch(messages, { compression, producerEpoch: -1 })
  buffer.writeInt32BE(-1, 53)
  buffer.writeUInt32BE(crc32c(buffer.subarray(21)), 17)
  return Buffer.from(buffer)
}

/** Whether a fetch that asks for a session, which is epoch 0, gets one. */
async function opensSession(port: number): Promise<boolean> {
  using wire = await Wire.connect(port)
  const partitions = [{ index: 0, offset: 0n, maxBytes: 1_000 }]
  const asked = [{ name: 'different', partitions }]
  const request = { maxWaitMs: 0, minBytes: 0, maxBytes: 1_000, sessionEpoch: 0, asked }
  const response = await wire.send(encode(fetch, 7, request))
  if (response === 'closed') throw new Error('The fetch was not answered')
  const [correlationId, throttleMs, error] = [4, 4, 2]
  return response.readInt32BE(correlationId + throttleMs + error) !== 0
}
