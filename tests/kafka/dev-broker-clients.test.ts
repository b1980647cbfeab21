import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { classPath } from '../../servers/kafka/jars.ts'
import type { Jvm } from '../../servers/kafka/java.ts'
import { findConfluentPython, findJava, findKcat } from '../../scripts/find.ts'
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

/** For members that come and go; no test waits for it to pass. */
const patience = { timeout: 60_000, interval: 50 }

let broker: BrokerProcess
beforeAll(async () => {
  broker = await startBrokerProcess()
})
afterAll(async () => {
  expect(broker.complaints()).toBe('')
  await broker.stop()
})

describe('@platformatic/kafka', () => describeClient('platformatic', platformatic))
describe('kafkajs', () => describeClient('kafkajs', kafkajs))
describeWith('kcat', findKcat(), (program) => {
  describeClient('kcat', (address) => kcat(program, address, platformatic(address)))
})
describeWith('confluent-kafka', findConfluentPython(), (python) => {
  describeClient('confluent', (address) => confluent(python, address))
})
describeWith("Kafka's console tools", findJava(), (java) => {
  let jvm: Jvm
  beforeAll(async () => {
    jvm = { java, classPath: await classPath(console.log) }
  })
  describeClient('tools', (address) => consoleTools(jvm, address))
})

/** What a client that nobody here wrote must be able to do with the dev broker. */
function describeClient(name: string, connect: (address: string) => Client): void {
  let client: Client
  beforeAll(() => {
    client = connect(broker.address)
  })

  test('creates a topic, produces with keys, consumes in a group, resumes, replays', async () => {
    const topic = `${name}-orders`
    await client.createTopic(topic, 4)
    const first = records(0, 24)
    await client.produce(topic, first)
    const group = `${name}-billing`
    expectInOrderPerKey(await receive(client, topic, group, first.length), first)

    const later = records(24, 36)
    await client.produce(topic, later)
    expectInOrderPerKey(await receive(client, topic, group, later.length), later)

    const all = [...first, ...later]
    expectInOrderPerKey(await receive(client, topic, `${name}-late`, all.length), all)
  })

  test('two members share the partitions; when one leaves, the other has them all', async () => {
    const topic = `${name}-shared`
    const group = `${name}-pair`
    await client.createTopic(topic, 4)
    const [a, b]: [string[], string[]] = [[], []]
    const one = await client.join(topic, group, a)
    const two = await client.join(topic, group, b)
    let sent = 0
    await vi.waitFor(async () => {
      await client.produce(topic, records(sent, (sent += 12)))
      await vi.waitFor(() => expect(new Set([...a, ...b]).size).toBe(sent), patience)
      // Of twelve keys each member has some: nobody works alone any more.
      const last = new Set(records(sent - 12, sent))
      expect(a.some((record) => last.has(record))).toBe(true)
      expect(b.some((record) => last.has(record))).toBe(true)
    }, patience)

    await one.close()
    const rest = records(sent, sent + 12)
    await client.produce(topic, rest)
    await vi.waitFor(() => expect(b).toEqual(expect.arrayContaining(rest)), patience)
    await two.close()
  })
}

/** Twelve keys in turn. */
function records(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `k${(from + index) % 12}:v${from + index}`)
}

/** What a new member of the group is given: this many records, and it leaves. */
async function receive(client: Client, topic: string, group: string, count: number) {
  const received: string[] = []
  const member = await client.join(topic, group, received)
  await vi.waitFor(() => expect(received.length).toBeGreaterThanOrEqual(count), patience)
  await member.close()
  return received
}

function expectInOrderPerKey(received: readonly string[], sent: readonly string[]): void {
  const byKey = (list: readonly string[]) =>
    Object.fromEntries(Map.groupBy(list, (record) => record.split(':')[0] ?? ''))
  expect(byKey(received)).toEqual(byKey(sent))
}
