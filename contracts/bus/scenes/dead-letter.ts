import { expectSame, fail } from '../../expect.ts'
import { thrownMessage } from '../driver/reporting-handler.ts'
import { commitAndLeaveAfter, consume } from './consume.ts'
import {
  createRecord,
  defineScene,
  describeEvent,
  publishAll,
  readHeader,
  readText,
  type Scene,
} from './scene.ts'

const attempts = 3

export const deadLetter = defineScene(
  `a poison message is tried ${attempts} times and becomes a dead letter before the log moves on`,
  async (scene) => {
    const [topic, group] = [await scene.topic(1), scene.group()]
    const poison = createRecord('o-1', 'poison', { version: '1' })
    await publishAll(await scene.connect(), topic, [poison, createRecord('o-2', 'good')])

    await scene.startMember('A', topic, group)
    await throwTimes(scene, 'A', 1)
    await expectEnd(scene, 'A', thrownMessage)
    await scene.expectCommitted(group, topic, 0n, 'after a handler has rejected')

    // The topic for dead letters doesn't exist yet, so the bus acknowledges none.
    await scene.startMember('B', topic, group, { deadLetters: true })
    await throwTimes(scene, 'B', attempts)
    await expectEnd(scene, 'B')
    await scene.expectCommitted(group, topic, 0n, 'after an unacknowledged dead letter')

    const deadLetterTopic = await scene.topic(1, `${topic}.dlq`)
    await scene.startMember('C', topic, group, { deadLetters: true })
    await throwTimes(scene, 'C', attempts)
    const good = await scene.expectRecord('C', 1n)
    await scene.expectCommitted(group, topic, 1n, 'after the dead letter')
    await scene.expectCommit(good)

    const from = { topic: deadLetterTopic, group: scene.group() }
    const [letter] = await consume(scene, from, commitAndLeaveAfter(1))
    if (!letter) return fail('the dead letters', 'one', 'none')
    const content = { key: readText(letter.key), text: readText(letter.value) }
    expectSame('the dead letter', content, { key: 'o-1', text: 'poison' })
    const error = readHeader(letter, 'error')
    if (!error.includes(thrownMessage)) {
      fail('the header "error" of the dead letter', `"${thrownMessage}" in it`, error)
    }
    const headers = letter.headers.map((pair) => pair.map(readText))
    const others = Object.fromEntries(headers.filter(([name]) => name !== 'error'))
    expectSame('the other headers of the dead letter', others, {
      version: '1',
      'origin-topic': topic,
      'origin-partition': '0',
      'origin-offset': '0',
      attempts: String(attempts),
    })
  },
)

/** Lets the handler of a member throw each time it gets the record at offset 0. */
async function throwTimes(scene: Scene, member: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) (await scene.expectRecord(member, 0n)).reply('throw')
}

/** Fails unless the next event is that the subscription of this member ends with an error that contains the message. */
async function expectEnd(scene: Scene, member: string, message = ''): Promise<void> {
  const expected = `the subscription of ${member} to end with an error ${message}`
  const event = await scene.nextEvent(expected)
  if (event.type === 'ended' && event.member === member && String(event.error).includes(message)) {
    return
  }
  fail('the members', expected, describeEvent(event))
}
