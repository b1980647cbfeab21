import { beforeAll, expect, test, vi } from 'vitest'
import type { BrokerProcess } from '../../contracts/process/broker.ts'
import { describeWith } from '../tools/describe-with.ts'
import { clients, type Client } from './dev-broker/clients.ts'
import { startDevBrokerProcess } from './dev-broker/process.ts'

/** A generous limit for rebalances. The tests poll, so they usually take less. */
const polling = { timeout: 60_000, interval: 50 }

let broker: BrokerProcess
beforeAll(async () => {
  broker = await startDevBrokerProcess()
  return async () => {
    expect(broker.errorOutput()).toBe('')
    await broker.stop()
  }
})

for (const { name, tool, connect } of clients) {
  describeWith(name, tool, (path) => describeClient(name.replaceAll(/\W/g, ''), connect, path))
}

/** Tests the dev broker with a client that we did not write. */
function describeClient(
  name: string,
  connect: (path: string, address: string) => Client,
  path: string,
): void {
  let client: Client
  beforeAll(() => {
    client = connect(path, broker.address)
  })

  test('a client creates a topic, produces with keys, consumes in a group, resumes and replays', async () => {
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

  test('two members share the partitions, and when one leaves, the other gets all of them', async () => {
    const topic = `${name}-shared`
    const group = `${name}-pair`
    await client.createTopic(topic, 4)
    const [a, b]: [string[], string[]] = [[], []]
    const one = await client.join(topic, group, a)
    const two = await client.join(topic, group, b)
    let sent = 0
    await vi.waitFor(async () => {
      await client.produce(topic, records(sent, (sent += 12)))
      await vi.waitFor(() => expect(new Set([...a, ...b]).size).toBe(sent), polling)
      // Each member handles some of the twelve keys, so both own partitions.
      const last = new Set(records(sent - 12, sent))
      expect(a.some((record) => last.has(record))).toBe(true)
      expect(b.some((record) => last.has(record))).toBe(true)
    }, polling)

    await one.close()
    const rest = records(sent, sent + 12)
    await client.produce(topic, rest)
    await vi.waitFor(() => expect(b).toEqual(expect.arrayContaining(rest)), polling)
    await two.close()
  })
}

/** Records with twelve keys in turn. */
function records(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `k${(from + index) % 12}:v${from + index}`)
}

/** Joins the group until this many records have arrived, then leaves. */
async function receive(client: Client, topic: string, group: string, count: number) {
  const received: string[] = []
  const member = await client.join(topic, group, received)
  await vi.waitFor(() => expect(received.length).toBeGreaterThanOrEqual(count), polling)
  await member.close()
  return received
}

function expectInOrderPerKey(received: readonly string[], sent: readonly string[]): void {
  const byKey = (list: readonly string[]) =>
    Object.fromEntries(Map.groupBy(list, (record) => record.split(':')[0] ?? ''))
  expect(byKey(received)).toEqual(byKey(sent))
}
