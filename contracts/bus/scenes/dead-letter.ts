import type { Check } from '../../check.ts'
import { expectSame, fail } from '../../expect.ts'
import { consume, takeAll } from './consume.ts'
import { described, publish, record, scene, textOf, type Stage } from '../stage.ts'
import { thrown } from '../steer.ts'
import type { BusTarget } from '../target.ts'

const attempts = 3

export const burying: readonly Check<BusTarget>[] = [
  scene(
    `a poison message is tried ${attempts} times and becomes a dead letter before the log moves on`,
    async (stage) => {
      const [topic, group] = [await stage.topic(1), stage.group()]
      const poison = record('o-1', 'poison', { version: '1' })
      await publish(await stage.connect(), topic, [poison, record('o-2', 'good')])

      await stage.member('A', topic, group)
      await throwTimes(stage, 'A', 1)
      await expectEnd(stage, 'A', thrown)
      await stage.expectCommitted(group, topic, 0n, 'after a handler has rejected')

      // There is no topic for the letters yet: nobody acknowledges them.
      await stage.member('B', topic, group, { deadLetters: true })
      await throwTimes(stage, 'B', attempts)
      await expectEnd(stage, 'B')
      await stage.expectCommitted(group, topic, 0n, 'after a letter that was not acknowledged')

      const letters = await stage.topic(1, `${topic}.dlq`)
      await stage.member('C', topic, group, { deadLetters: true })
      await throwTimes(stage, 'C', attempts)
      const good = await stage.record('C', 1n)
      await stage.expectCommitted(group, topic, 1n, 'after the letter')
      await stage.commit(good)

      const [letter] = await consume(stage, { topic: letters, group: stage.group() }, takeAll(1))
      if (!letter) return fail('the dead letters', 'one', 'none')
      const { key, headers } = letter
      const { error, ...rest } = headers
      expectSame('the letter', { key, text: textOf(letter) }, { key: 'o-1', text: 'poison' })
      if (!error?.includes(thrown)) fail('its header error', `one with "${thrown}"`, String(error))
      expectSame('its other headers', rest, {
        ...poison.headers,
        'origin-topic': topic,
        'origin-partition': '0',
        'origin-offset': '0',
        attempts: String(attempts),
      })
    },
  ),
]

/** Lets the handler of a member reject the record at offset 0, as often as it is tried. */
async function throwTimes(stage: Stage, by: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) (await stage.record(by, 0n)).verdict('throw')
}

/** Fails unless the next report is that the subscription of this member has ended, with an error that says so much. */
async function expectEnd(stage: Stage, by: string, message = ''): Promise<void> {
  const expected = `the subscription of ${by} to end with an error ${message}`
  const report = await stage.next(expected)
  if (report.type === 'ended' && report.by === by && String(report.error).includes(message)) return
  fail('the members', expected, described(report))
}
