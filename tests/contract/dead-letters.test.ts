import fc from 'fast-check'
import { duplexPair } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { loadExampleModules } from '../../contracts/bus/driver/example-modules.ts'
import type { BusRecord, NewRecord } from '../../contracts/bus/port.ts'
import { describeContent } from '../../contracts/bus/scenes/shapes.ts'
import { startDevBroker } from '../../examples/kafka/dev-broker/server.ts'
import { openBroker } from '../../examples/lean-bus/src/broker/broker.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { memoryFolder } from '../../examples/lean-bus/src/log/memory-files.ts'
import { root } from '../../scripts/program.mjs'
import { createTopics as createKafkaTopics } from '../kafka/client.ts'

const topics = ['orders', 'orders.dlq']

/** Starts a broker. Returns what the example connects to. */
const starts = {
  async kafka() {
    const broker = await startDevBroker({ port: 0 })
    onTestFinished(() => broker.close())
    const settings = { brokers: [`127.0.0.1:${broker.port}`] }
    await createKafkaTopics(settings, topics)
    return settings
  },
  async 'lean-bus'() {
    const broker = await openBroker(memoryFolder())
    onTestFinished(() => broker.close())
    const open = async () => {
      const [clientEnd, brokerEnd] = duplexPair()
      broker.accept(brokerEnd)
      return clientEnd
    }
    await createTopics(open, topics)
    return open
  },
}

const bytes = fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.string({ unit: 'binary', maxLength: 9 }))
const data = fc.option(bytes)
const name = fc.oneof(bytes, fc.constantFrom('', 'n', 'error', 'origin-offset'))
const record: fc.Arbitrary<NewRecord> = fc.record({
  key: data,
  value: data,
  headers: fc.array(fc.tuple(name, data), { maxLength: 5 }),
})

test.each(['kafka', 'lean-bus'] as const)(
  'a dead letter of %s begins with the record, byte for byte',
  async (id) => {
    const { connect, withDeadLetters } = await loadExampleModules(`${root}/examples/${id}/src`)
    const bus = await connect(await starts[id]())
    onTestFinished(() => bus.close())
    const throwAlways = () => Promise.reject(new Error('poison'))
    const from = { topic: 'orders', group: 'g' }
    await bus.subscribe(from, withDeadLetters(bus, throwAlways, 1))
    const letters = new Map<string, PromiseWithResolvers<BusRecord>>()
    const letterAt = (position: string) => {
      const letter = letters.get(position) ?? Promise.withResolvers<BusRecord>()
      letters.set(position, letter)
      return letter
    }
    await bus.subscribe({ topic: 'orders.dlq', group: 'dead-letters' }, async (letter) => {
      const [, partition, offset] = letter.headers.slice(-5).map(([, value]) => String(value))
      letterAt(`${partition}@${offset}`).resolve(letter)
    })

    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (records) => {
        const positions = await Promise.all(records.map((one) => bus.publish('orders', one)))
        for (const [i, { partition, offset }] of positions.entries()) {
          const letter = await letterAt(`${partition}@${offset}`).promise
          const received = { ...letter, headers: letter.headers.slice(0, -5) }
          expect(describeContent(received)).toEqual(describeContent(records[i] as NewRecord))
        }
      }),
      { numRuns: 20 },
    )
  },
)
