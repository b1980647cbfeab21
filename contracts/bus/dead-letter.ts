import type { Check } from '../contract.ts'
import { expectSame, fail } from '../expect.ts'
import { consume, takeAll } from './consume.ts'
import { numbered, publish, scene, textOf } from './stage.ts'
import { thrown } from './steer.ts'
import type { BusTarget } from './target.ts'

const attempts = 3

export const burying: readonly Check<BusTarget>[] = [
  scene('a poison message becomes a dead letter, and the log moves on', async (stage) => {
    const [topic, letters] = [await stage.topic(1), await stage.topic(1)]
    const group = stage.group()
    const producer = await stage.connect()
    const [poison, good] = numbered(2)
    if (!poison || !good) throw new Error('two records are needed')
    await publish(producer, topic, [poison, good])

    await stage.member('A', topic, group)
    const given = await stage.record('A', 0n)
    given.verdict('throw')
    const end = await stage.next('the subscription of A to end')
    if (end.type !== 'ended' || !String(end.error).includes(thrown)) {
      fail('a handler that rejects', 'the end of its subscription, with its error', end.type)
    }
    await stage.expectCommitted(group, topic, 0n, 'after a handler has rejected')

    let tried = 0
    await consume(stage, { topic, group }, async (record, commit, leave) => {
      if (record.offset === 0n) {
        while (tried < attempts) tried++
        await producer.publish(letters, {
          key: record.key,
          value: record.value,
          headers: {
            ...record.headers,
            'origin-topic': record.topic,
            'origin-partition': String(record.partition),
            'origin-offset': String(record.offset),
            error: thrown,
            attempts: String(tried),
          },
        })
        await stage.expectCommitted(group, topic, 0n, 'while the letter is written')
      }
      await commit()
      if (record.offset === 1n) leave()
    })
    await stage.expectCommitted(group, topic, 2n, 'after the letter')

    const [letter] = await consume(stage, { topic: letters, group: stage.group() }, takeAll(1))
    if (!letter) return fail('the dead letters', 'one', 'none')
    expectSame(
      'the letter',
      { key: letter.key, text: textOf(letter) },
      {
        key: poison.key,
        text: textOf(poison),
      },
    )
    expectSame('its headers', letter.headers, {
      'origin-topic': topic,
      'origin-partition': '0',
      'origin-offset': '0',
      error: thrown,
      attempts: String(attempts),
    })
  }),
]
