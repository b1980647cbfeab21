import type { Check } from '../../check.ts'
import { fail } from '../../expect.ts'
import type { BusRecord } from '../port.ts'
import { at, record, scene, textOf } from '../stage.ts'
import type { BusTarget } from '../target.ts'

const keys = Array.from({ length: 12 }, (_, index) => `order-${index}`)
const perKey = 10

export const ordering: readonly Check<BusTarget>[] = [
  scene(
    'records of one key are handled in the order in which they were published',
    async (stage) => {
      const [topic, group] = [await stage.topic(4), stage.group()]
      const seen = new Map(keys.map((key) => [key, { partition: -1, count: 0 }]))
      const complete = Promise.withResolvers<unknown>()
      const follow = (given: BusRecord) => {
        const { key, partition } = given
        const state = seen.get(key)
        if (!state) fail('the key of a record', 'one that was published', key)
        const number = Number(textOf(given))
        // A record that comes again is no breach of order: delivery is at least once.
        // Nothing orders two partitions: what comes in order from both has come so by chance.
        if (state.partition !== -1 && partition !== state.partition) {
          fail(`the partition of ${key}`, String(state.partition), String(partition))
        }
        if (number > state.count) {
          fail(`the records of ${key}`, `number ${state.count}`, `${number} at ${at(given)}`)
        }
        state.partition = partition
        state.count = Math.max(state.count, number + 1)
        if (Array.from(seen.values()).every(({ count }) => count === perKey)) complete.resolve(true)
      }

      const ends: Promise<void>[] = []
      for (let member = 1; member <= 2; member++) {
        const bus = await stage.connect()
        const subscribing = bus.subscribe({ topic, group }, async (given, commit) => {
          follow(given)
          await commit()
        })
        ends.push((await stage.within(subscribing, `member ${member}`)).ended)
      }
      const producer = await stage.connect()
      const publishing = keys.map(async (key) => {
        for (let number = 0; number < perKey; number++) {
          await producer.publish(topic, record(key, String(number)))
        }
      })
      await stage.within(Promise.all(publishing), 'all records to be acknowledged')
      await stage.within(Promise.race([complete.promise, ...ends]), 'all records to be handled')
    },
  ),
]
