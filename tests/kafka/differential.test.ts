import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  findCoordinator,
  heartbeat,
  joinGroup,
} from '../../examples/kafka/dev-broker/api-groups.ts'
import { fetch, initProducerId, produce } from '../../examples/kafka/dev-broker/api-records.ts'
import { createTopics } from '../../examples/kafka/dev-broker/api-topics.ts'
import {
  INVALID_REPLICA_ASSIGNMENT,
  NONE,
  UNKNOWN_MEMBER_ID,
} from '../../examples/kafka/dev-broker/errors.ts'
import { startKafka, type Kafka } from '../../servers/kafka/kafka.ts'
import { findJava } from '../../scripts/find.ts'
import type { BrokerProcess } from '../../contracts/process/broker.ts'
import { describeWith } from '../tools/describe-with.ts'
import { changeBatch, encodeBatch } from './dev-broker/batches.ts'
import { clients, type Client } from './dev-broker/clients.ts'
import { startDevBrokerProcess } from './dev-broker/process.ts'
import { record } from './dev-broker/recorder.ts'
import { malformed } from './differential/batches/malformed.ts'
import { commands, type Command } from './differential/commands.ts'
import { rebalance } from './differential/groups.ts'
import { manageNames } from './differential/names.ts'
import { completeBatches, normalizeResponse } from './differential/normalize.ts'
import { replay } from './differential/replay.ts'
import { byName, createTopic, readVersions, request, topicIds } from './differential/topics.ts'
import { sendEveryVersion } from './differential/versions.ts'
import { encodeRequest, Wire } from './differential/wire.ts'

/** Set SEED to repeat a run. */
const seed = Number(process.env['SEED'] || Math.trunc(Math.random() * 2 ** 31))

const polling = { timeout: 30_000, interval: 20 }

describeWith('the dev broker and Kafka', findJava(), (java) => {
  let kafka: Kafka
  let kafkaPort: number
  let broker: BrokerProcess

  beforeAll(async () => {
    const starting = Promise.all([startKafka({ java, log: console.log }), startDevBrokerProcess()])
    ;[kafka, broker] = await starting
    kafkaPort = Number(kafka.brokers[0]?.split(':')[1])
    // The first group makes Kafka create its topic for offsets. Commits and producer IDs fail until it exists.
    await vi.waitFor(async () => {
      await request(kafkaPort, findCoordinator, { id: '', type: 0, ids: ['first'] })
      const stranger = { id: 'first', generation: 0, memberId: 'stranger', instanceId: null }
      const { error } = await request(kafkaPort, heartbeat, stranger)
      const producer = await request(kafkaPort, initProducerId, { transaction: null })
      expect([error, producer.error]).toEqual([UNKNOWN_MEMBER_ID, NONE])
    }, polling)
  })
  afterAll(async () => {
    await kafka[Symbol.asyncDispose]()
    expect(broker.errorOutput()).toBe('')
    await broker.stop()
  })
  const onBoth = <T>(run: (port: number) => Promise<T>) =>
    Promise.all([run(kafkaPort), run(broker.port)])

  test.for([
    ['requests', commands, 60],
    ['malformed batches', malformed, 15],
  ] as const)(
    'the dev broker and Kafka give the same responses to random sequences of %s',
    async ([what, command, numRuns]) => {
      console.log(`Set SEED=${seed} to send the same sequences again.`)
      let run = 0
      const ids = new Map<string, string>()
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 20, maxLength: 40 }), async (sequence) => {
          const name = `${what.replace(' ', '-')}-${run++}`
          await onBoth((port) => createTopic(port, `${name}-own`, 2))
          const [expected, actual] = await onBoth((port) => runCommands(port, name, sequence, ids))
          expect(actual).toEqual(expected)
        }),
        { seed, numRuns, endOnFailure: true },
      )
    },
  )

  test('the dev broker and Kafka give the same responses to each step of a rebalance, in every version', async () => {
    const [, last] = joinGroup.versions
    for (let version = 0; version <= last; version++) {
      const topic = `rebalanced-${version}`
      const [expected, actual] = await onBoth(async (port) => {
        await createTopic(port, topic, 1)
        return rebalance(port, topic, version)
      })
      expect({ version, actual }).toEqual({ version, actual: expected })
    }
  })

  test('the dev broker and Kafka accept and refuse the same topic names', async () => {
    const [expected, actual] = await onBoth(manageNames)
    expect(actual).toEqual(expected)
  })

  test('the dev broker and Kafka give the same responses to requests about topics and coordinators, in every version', async () => {
    const [expected, actual] = await onBoth(sendEveryVersion)
    expect(actual).toEqual(expected)
  })

  test('Kafka supports every version that the dev broker advertises', async () => {
    const [inKafka, inDevBroker] = await onBoth(readVersions)
    const missing = inDevBroker.apis.filter(
      ({ key, min, max }) =>
        !inKafka.apis.some((range) => range.key === key && range.min <= min && max <= range.max),
    )
    expect(missing).toEqual([])
  })

  describe('recorded requests of clients', () => {
    for (const { name, tool, connect } of clients) {
      describeWith(name, tool, (path) => {
        test('Kafka answers each recorded request of a client like the dev broker did', async () => {
          const recording = await record(broker.port, (address) =>
            useClient(connect(path, address), name.replaceAll(/\W/g, '')),
          )
          const compared = await replay(recording, kafkaPort)
          const keys = compared.map(({ request }) => Number(request.split(' ')[0]))
          expect(keys).toEqual(expect.arrayContaining(expectedKeys))
          const responses = (side: 'recorded' | 'replayed') =>
            compared.map((exchange) => ({ request: exchange.request, response: exchange[side] }))
          expect(responses('recorded')).toEqual(responses('replayed'))
        })
      })
    }
  })

  // This runs last, because it creates a topic that only Kafka accepts, and a client may list all topics.
  test('the dev broker differs from Kafka exactly as its README says', async () => {
    const observe = async (port: number) => {
      await createTopic(port, 'different', 1)
      const assignments = [{ index: 0, nodes: [1] }]
      const byHand = { name: 'by-hand', partitions: -1, replicas: -1, assignments, configs: [] }
      const created = await request(port, createTopics, { asked: [byHand], onlyValidate: 0 })
      const send = (records: Buffer) => {
        const asked = [byName('different', [{ index: 0, records }])]
        return request(port, produce, { acks: -1, asked })
      }
      const message = { topic: 'different', value: Buffer.from('value') }
      const batch = encodeBatch([message], { producerEpoch: -1 })
      const rejected = await send(changeBatch(batch, (copy) => copy.writeInt32BE(9, 23)))
      const fetched = await opensSession(port)
      return {
        'partitions assigned by hand': created.topics[0]?.error,
        'log start of a failed Produce': rejected.topics[0]?.partitions[0]?.logStart,
        'opens a fetch session': fetched,
      }
    }
    const [inKafka, inDevBroker] = await onBoth(observe)
    expect({ inKafka, inDevBroker }).toEqual({
      inKafka: {
        'partitions assigned by hand': NONE,
        'log start of a failed Produce': 0n,
        'opens a fetch session': true,
      },
      inDevBroker: {
        'partitions assigned by hand': INVALID_REPLICA_ASSIGNMENT,
        'log start of a failed Produce': -1n,
        'opens a fetch session': false,
      },
    })
  })
})

/** Keys of requests that every client sends: Produce, Fetch, Metadata, offsets and a group. */
const expectedKeys = [0, 1, 3, 8, 9, 10, 11, 13, 14, 19]

/** Produces and consumes twice. The second member of the group resumes where the first one left. */
async function useClient(client: Client, name: string): Promise<void> {
  const records = Array.from({ length: 12 }, (_, index) => `k${index % 5}:v${index}`)
  await client.createTopic(name, 3)
  for (const part of [records.slice(0, 8), records.slice(8)]) {
    await client.produce(name, part)
    const received: string[] = []
    const member = await client.join(name, `${name}-group`, received)
    await vi.waitFor(() => expect(received.toSorted()).toEqual(part.toSorted()), polling)
    await member.close()
  }
}

/** @param ids the names of all runs by the ID of their topic. Adds this run's. */
async function runCommands(
  port: number,
  name: string,
  sequence: readonly Command[],
  ids: Map<string, string>,
) {
  const responses: unknown[] = []
  let wire = await Wire.connect(port)
  const [topicId = ''] = (await topicIds(port, [`${name}-own`])).values()
  ids.set(topicId, name)
  for (const { key, version, description, frame } of sequence) {
    const response = await wire.send(frame({ name, topicId }))
    if (response === 'closed') wire = await Wire.connect(port)
    responses.push({
      request: `${key} v${version} ${description}`,
      response: normalizeResponse(key, version, response, { batches: 1, ids }),
    })
  }
  wire[Symbol.dispose]()
  return [...responses, ...(await Promise.all([0, 1].map((index) => readAll(port, name, index))))]
}

/** Reads all batches of a partition. */
async function readAll(port: number, name: string, index: number): Promise<string[]> {
  const batches: string[] = []
  for (let offset = 0n; ;) {
    const partitions = [{ index, leaderEpoch: -1, offset, maxBytes: 2 ** 24 }]
    const { topics } = await request(port, fetch, {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 2 ** 24,
      sessionEpoch: -1,
      asked: [byName(`${name}-own`, partitions)],
    })
    const records = topics[0]?.partitions[0]?.records ?? Buffer.alloc(0)
    if (records.length === 0) return batches
    batches.push(...completeBatches(records))
    const last = Buffer.from(batches.at(-1) ?? '', 'hex')
    offset = last.readBigInt64BE() + BigInt(last.readInt32BE(23)) + 1n
  }
}

/** Whether the broker opens a session for a fetch with session epoch 0. */
async function opensSession(port: number): Promise<boolean> {
  using wire = await Wire.connect(port)
  const partitions = [{ index: 0, leaderEpoch: -1, offset: 0n, maxBytes: 1_000 }]
  const asked = [byName('different', partitions)]
  const query = { maxWaitMs: 0, minBytes: 0, maxBytes: 1_000, sessionEpoch: 0, asked }
  const response = await wire.send(encodeRequest(fetch, 7, query))
  if (response === 'closed')
    throw new Error('The broker closed the connection instead of answering the fetch')
  const [correlationId, throttleMs, error] = [4, 4, 2]
  return response.readInt32BE(correlationId + throttleMs + error) !== 0
}
