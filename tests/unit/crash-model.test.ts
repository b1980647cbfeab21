import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeBatch, readHeader, stamp } from '../../examples/lean-bus/src/protocol/format.ts'
import { encodeRecord } from '../../examples/lean-bus/src/protocol/records.ts'
import { goneFrom } from '../../lab/crash/gone.ts'
import { compare, type Found, type Topic } from '../../lab/crash/model.ts'
import type { Totals } from '../../lab/crash/record.ts'
import { recordOf } from '../../lab/crash/records.ts'
import { objectionsTo, type CrashRun } from '../../lab/crash/run.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const retainBytes = 100_000

/** A topic whose producer p has sent ten records, of which the first three were acknowledged. */
function topic(): Topic {
  const keys = [0, 1, 2].map((sequence) => [sequence, `p:${sequence}`] as const)
  return {
    name: 't',
    made: true,
    producers: [{ name: 'p', id: 1n, next: 10, open: [] }],
    groups: [{ name: 'g', acknowledged: 2, asked: 3, epoch: 1 }],
    promised: new Map(keys),
    acknowledged: new Set([0, 1, 2]),
  }
}

/** A log with a record of p in each batch. */
function found(sequences: readonly number[], { start = 0, committed = 2 } = {}): Found {
  const batches = sequences.map((sequence, i) => {
    const record = encodeRecord(recordOf({ producer: 'p', sequence }))
    const fields = { baseOffset: BigInt(start + i), durable: 0n, timeMs: 0n }
    const batch = stamp(encodeBatch([record]), fields)
    return { header: readHeader(batch) ?? expect.fail('no header'), batch }
  })
  const end = start + sequences.length
  return { start, end, batches, committed: new Map([['g', committed]]) }
}

function countsOf(what: Found) {
  const { lost, reordered, duplicated } = compare(topic(), what, retainBytes)
  return { lost, reordered, duplicated }
}

const none = { lost: 0, reordered: 0, duplicated: 0 }

test('what was promised is there, and more that was sent', () => {
  expect(countsOf(found([0, 1, 2]))).toEqual(none)
  expect(countsOf(found([0, 1, 2, 3, 4], { committed: 3 }))).toEqual(none)
})

test('a record that is not there, or elsewhere, is lost', () => {
  expect(countsOf(found([0, 1]))).toEqual({ ...none, lost: 1 })
  expect(countsOf(found([1, 2, 3]))).toEqual({ ...none, lost: 3 })
})

test('what nobody has sent is noticed', () => {
  expect(countsOf(found([0, 1, 2, 10])).lost).toBe(1)
})

test('a changed byte is noticed', () => {
  const whole = found([0, 1, 2])
  const batch = whole.batches[1]?.batch ?? expect.fail('no batch')
  batch[batch.length - 1] = (batch.at(-1) ?? 0) ^ 1
  expect(countsOf(whole).lost).toBe(1)
})

test('a gap within a producer and one between offsets are out of order', () => {
  expect(countsOf(found([0, 1, 2, 4]))).toEqual({ ...none, reordered: 1 })
  const { batches, ...rest } = found([0, 1, 2, 3, 4])
  const gap = [...batches.slice(0, 3), ...batches.slice(4)]
  expect(countsOf({ ...rest, batches: gap }).reordered).toBe(2)
})

test('a record that is there twice is a duplicate', () => {
  expect(countsOf(found([0, 1, 2, 2]))).toEqual({ ...none, duplicated: 1 })
})

test('a position that moved back, or that nobody asked for, is lost', () => {
  expect(countsOf(found([0, 1, 2], { committed: 1 })).lost).toBe(1)
  expect(countsOf(found([0, 1, 2, 3], { committed: 4 })).lost).toBe(1)
})

test('what was deleted is lost, unless so much is left as has to be kept', () => {
  const { batches, ...rest } = found([2, 3], { start: 2 })
  expect(countsOf({ ...rest, batches }).lost).toBe(2)
  const size = batches.reduce((sum, { batch }) => sum + batch.length, 0)
  const kept = compare(topic(), { ...rest, batches }, size)
  expect(kept.told).toEqual([])
})

test('what the files hold no more is gone, unless it lies before the oldest of them', () => {
  const goneWith = (sequences: readonly number[], start = 0) => {
    const data = temporaryFolder({ 't/clean': '' }, tmpdir())
    const bytes = found(sequences, { start }).batches.map(({ batch }) => batch)
    writeFileSync(join(data, 't', `${String(start).padStart(20, '0')}.log`), Buffer.concat(bytes))
    return goneFrom(data, topic())
  }
  expect([goneWith([0, 1, 2]), goneWith([0, 1]), goneWith([0, 1, 3])]).toEqual([0, 1, 1])
  expect([goneWith([1, 2], 1), goneWith([1], 1), goneWith([])]).toEqual([0, 1, 3])
  expect(goneFrom(temporaryFolder({ 't/clean': '' }, tmpdir()), topic())).toBe(3)
  expect(goneFrom(temporaryFolder({}, tmpdir()), topic())).toBe(3)
})

const flips: Totals['flips'] = { tried: 2, refused: 1, truncatedTail: 1, served: 0 }
const good = { told: [], flips, controlLost: 5 }

test.each([
  [{}, []],
  [{ told: ['a record is lost'] }, ['a record is lost']],
  [{ flips: { ...flips, served: 1 } }, ['1 of 2 turned bits were served']],
  [{ controlLost: 0 }, [expect.stringContaining('proves nothing')]],
])('a run with %o has its objections', (changes, objections) => {
  expect(objectionsTo({ ...good, ...changes } as unknown as CrashRun)).toEqual(objections)
})
