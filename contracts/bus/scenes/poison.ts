import { expectSame, fail } from '../../expect.ts'
import type { BusRecord, NewRecord } from '../port.ts'
import { consume, type Handle } from './consume.ts'
import { createRecord, defineScene, publishAll, readHeader, readText } from './scene.ts'
import { describeContent, shapes } from './shapes.ts'

/** What a dead letter may add to its record, in bytes. */
const maxAdded = 4096
/** A parser may quote its whole input. */
const longMessage = 'ü 値 🚚 '.repeat(1000)

export const poison = defineScene(
  `a dead letter carries a record of any shape as it was received, and adds at most ${maxAdded} bytes of headers`,
  async (scene) => {
    const [topic, group] = [await scene.topic(1), scene.group()]
    const deadLetterTopic = await scene.topic(1, `${topic}.dlq`)
    const producer = await scene.connect()
    await publishAll(producer, topic, [...shapes, createRecord('last', 'good')])

    const end = BigInt(shapes.length)
    const handle: Handle = async ({ offset }, commit, leave) => {
      if (offset < end) throw new Error(longMessage)
      await commit()
      leave()
    }
    await consume(scene, { topic, group }, handle, { deadLetters: true })
    await scene.expectCommitted(group, topic, end + 1n, 'after the good record')

    // A crash may repeat a dead letter.
    const letters = new Map<string, BusRecord>()
    const from = { topic: deadLetterTopic, group: scene.group() }
    await consume(scene, from, async (letter, commit, leave) => {
      letters.set(readHeader(letter, 'origin-offset'), letter)
      await commit()
      if (letters.size === shapes.length) leave()
    })
    for (const [offset, record] of shapes.entries()) {
      expectLetter(letters.get(String(offset)), record)
    }
  },
)

function expectLetter(letter: BusRecord | undefined, record: NewRecord): void {
  const subject = `the dead letter of ${JSON.stringify(describeContent(record)).slice(0, 200)}`
  if (!letter) return fail(subject, 'one', 'none')
  const own = record.headers?.length ?? 0
  const received = { ...letter, headers: letter.headers.slice(0, own) }
  expectSame(subject, describeContent(received), describeContent(record))
  const added = letter.headers.slice(own)
  const names = added.map(([name]) => readText(name)).sort()
  expectSame(`the headers added to ${subject}`, names, [
    'attempts',
    'error',
    'origin-offset',
    'origin-partition',
    'origin-topic',
  ])
  const bytes = added.flat().reduce((sum, part) => sum + (part?.length ?? 0), 0)
  if (bytes > maxAdded) fail(`the size of ${subject}`, `at most ${maxAdded} more bytes`, `${bytes}`)
}
