import { expect, test } from 'vitest'
import type { Layout, Recovery } from '../../lab/crash/record.ts'
import { pictureOf } from '../../src/components/lab/crash/recovery-picture.ts'

/** Consecutive batches of 100 bytes with one record each. */
const layout = (count: number, synced: number): Layout[] =>
  Array.from({ length: count }, (_none, index) => ({
    offset: index,
    count: 1,
    at: 100 * index,
    length: 100,
    durable: Math.min(index, synced),
  }))

/** Ten intact batches, seven of them synced. */
const whole: Recovery = {
  path: 'orders/00000000000000000000.log',
  syncedSize: 700,
  writtenSize: 1000,
  keptSize: 1000,
  flipped: [],
  zeroed: [],
  batches: layout(10, 7),
  recoveredSize: 1000,
  warning: '',
}
const fates = (recovery: Recovery) => pictureOf(recovery).batches.map(({ fate }) => fate)
const last = (recovery: Recovery) => fates(recovery).slice(-3)

test('a recovery keeps the synced batches and the intact ones after them', () => {
  expect(fates(whole)).toEqual([...Array<string>(7).fill('synced'), 'kept', 'kept', 'kept'])
  expect(pictureOf(whole).counts).toMatchObject({ synced: 7, kept: 3, damaged: 0 })
})

test.each([
  ['a flipped bit inside it', { flipped: [850] }],
  ['a flip in its first byte', { flipped: [800] }],
  ['a flip in its last byte', { flipped: [899] }],
  ['a zeroed page inside it', { zeroed: [[850, 860] as const] }],
  ['a zeroed page that ends in it', { zeroed: [[700, 801] as const], recoveredSize: 700 }],
])('a batch is damaged by %s, and the intact batch after it is given up', (_damage, damage) => {
  const [before, hit, behind] = last({ ...whole, recoveredSize: 800, ...damage })
  expect([hit, behind]).toEqual(['damaged', 'given up'])
  expect(before).toBe('recoveredSize' in damage ? 'damaged' : 'kept')
})

test.each([
  ['a flipped byte after its end', { flipped: [750, 900] }, 'damaged'],
  ['a zeroed page that ends before its start', { zeroed: [[700, 800] as const] }, 'given up'],
])('a batch is not damaged by %s', (_damage, damage, behind) => {
  const recovery = { ...whole, recoveredSize: 700, ...damage }
  expect(last(recovery)).toEqual(['damaged', 'given up', behind])
})

test('in a file that was cut, the partial batch is damaged and the missing one was never written', () => {
  const cut = { ...whole, keptSize: 850, recoveredSize: 800 }
  expect(last(cut)).toEqual(['kept', 'damaged', 'never written'])
  expect(pictureOf(cut).cut.at(-1)).toMatchObject({ begin: 800, end: 850, kind: 'damaged' })
})

test('the three drawings show the batches in the file at each moment', () => {
  const recovery = { ...whole, flipped: [850], recoveredSize: 800 }
  const { from, written, cut, started } = pictureOf(recovery)
  // The synced part gets three tenths of the width.
  expect(from).toBe(571)
  const kinds = (boxes: typeof written) => boxes.map(({ offset, kind }) => [offset, kind])
  const synced = [5, 6].map((offset) => [offset, 'synced'])
  const unsynced = [7, 8, 9].map((offset) => [offset, 'unsynced'])
  expect(kinds(written)).toEqual([...synced, ...unsynced])
  expect(kinds(cut)).toEqual([...synced, [7, 'unsynced'], [8, 'damaged'], [9, 'unsynced']])
  expect(kinds(started)).toEqual([...synced, [7, 'synced']])
  expect(written[0]).toEqual({ offset: 5, begin: 571, end: 600, kind: 'synced' })
})

test('a log with little synced data is drawn from its beginning', () => {
  expect(pictureOf({ ...whole, syncedSize: 50 }).from).toBe(0)
})
