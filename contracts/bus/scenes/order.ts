import { fail } from '../../expect.ts'
import type { BusRecord } from '../port.ts'
import { createRecord, defineScene, describePosition, readText } from './scene.ts'

const keys = Array.from({ length: 12 }, (_, index) => `order-${index}`)
const recordsPerKey = 10

export const order = defineScene(
  'records of one key are handled in the order in which they were published',
  async (scene) => {
    const [topic, group] = [await scene.topic(4), scene.group()]
    const seen = new Map(keys.map((key) => [key, { partition: -1, count: 0 }]))
    const complete = Promise.withResolvers<unknown>()
    const expectOrder = (record: BusRecord) => {
      const { partition } = record
      const key = readText(record.key)
      const state = seen.get(key)
      if (!state) fail('the key of a record', 'one that was published', key)
      // Two partitions have no common order, so records of one key in both would be in order only by chance.
      if (state.partition !== -1 && partition !== state.partition) {
        fail(`the partition of ${key}`, String(state.partition), String(partition))
      }
      // A lower number is a redelivery, which is allowed: delivery is at least once.
      const number = Number(readText(record.value))
      if (number > state.count) {
        const actual = `${number} at ${describePosition(record)}`
        fail(`the records of ${key}`, `number ${state.count}`, actual)
      }
      state.partition = partition
      state.count = Math.max(state.count, number + 1)
      const isComplete = Array.from(seen.values()).every(({ count }) => count === recordsPerKey)
      if (isComplete) complete.resolve(true)
    }

    const ends: Promise<void>[] = []
    for (let member = 1; member <= 2; member++) {
      const bus = await scene.connect()
      const subscribing = bus.subscribe({ topic, group }, async (record, commit) => {
        expectOrder(record)
        await commit()
      })
      ends.push((await scene.waitFor(subscribing, `member ${member}`)).ended)
    }
    const producer = await scene.connect()
    const publishing = keys.map(async (key) => {
      for (let number = 0; number < recordsPerKey; number++) {
        await producer.publish(topic, createRecord(key, String(number)))
      }
    })
    await scene.waitFor(Promise.all(publishing), 'all records to be acknowledged')
    await scene.waitFor(Promise.race([complete.promise, ...ends]), 'all records to be handled')
  },
)
