import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeBatch, readHeader, stamp } from '../../examples/lean-bus/src/protocol/format.ts'
import { encodeRecord } from '../../examples/lean-bus/src/protocol/records.ts'
import { countMissing } from '../../lab/crash/missing.ts'
import { compare, type Found, type Topic } from '../../lab/crash/model.ts'
import type { Totals } from '../../lab/crash/record.ts'
import { makeRecord } from '../../lab/crash/records.ts'
import { objectionsTo, type CrashRun } from '../../lab/crash/run.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const retainBytes = 100_000

/** A topic whose producer p has sent ten records. The broker acknowledged the first three. */
function createTopic(): Topic {
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
function createFound(sequences: readonly number[], { start = 0, committed = 2 } = {}): Found {
  const batches = sequences.map((sequence, i) => {
    const record = encodeRecord(makeRecord({ producer: 'p', sequence }))
    const fields = { baseOffset: BigInt(start + i), durable: 0n, timeMs: 0n }
    const batch = stamp(encodeBatch([record]), fields)
    return { header: readHeader(batch) ?? expect.fail('no header'), batch }
  })
  const end = start + sequences.length
  return { start, end, batches, committed: new Map([['g', committed]]) }
}

function countViolations(found: Found) {
  const { lost, reordered, duplicated } = compare(createTopic(), found, retainBytes)
  return { lost, reordered, duplicated }
}

test.each([
  ['a log with all promised records has no violations', createFound([0, 1, 2]), {}],
  ['later records are no violations', createFound([0, 1, 2, 3, 4], { committed: 3 }), {}],
  ['a missing record is lost', createFound([0, 1]), { lost: 1 }],
  ['a record at another offset is lost', createFound([1, 2, 3]), { lost: 3 }],
  ['a record that no producer sent is a loss', createFound([0, 1, 2, 10]), { lost: 1 }],
  ['a gap in a sequence is out of order', createFound([0, 1, 2, 4]), { reordered: 1 }],
  ['a record that exists twice is a duplicate', createFound([0, 1, 2, 2]), { duplicated: 1 }],
  ['a position that moved back is lost', createFound([0, 1, 2], { committed: 1 }), { lost: 1 }],
  ['a position past all commits is lost', createFound([0, 1, 2, 3], { committed: 4 }), { lost: 1 }],
])('%s', (_sentence, found, violations) => {
  expect(countViolations(found)).toEqual({ lost: 0, reordered: 0, duplicated: 0, ...violations })
})

test('a record with a changed byte is lost', () => {
  const whole = createFound([0, 1, 2])
  const batch = whole.batches[1]?.batch ?? expect.fail('no batch')
  batch[batch.length - 1] = (batch.at(-1) ?? 0) ^ 1
  expect(countViolations(whole).lost).toBe(1)
})

test('a gap between offsets is out of order', () => {
  const { batches, ...rest } = createFound([0, 1, 2, 3, 4])
  const gap = [...batches.slice(0, 3), ...batches.slice(4)]
  expect(countViolations({ ...rest, batches: gap }).reordered).toBe(2)
})

test('a deleted record is lost unless retention kept enough bytes', () => {
  const { batches, ...rest } = createFound([2, 3], { start: 2 })
  expect(countViolations({ ...rest, batches }).lost).toBe(2)
  const size = batches.reduce((sum, { batch }) => sum + batch.length, 0)
  const kept = compare(createTopic(), { ...rest, batches }, size)
  expect(kept.messages).toEqual([])
})

test('an acknowledged record that no file holds is missing, unless it is older than the oldest file', () => {
  const countMissingIn = (sequences: readonly number[], start = 0) => {
    const data = temporaryFolder({ 't/clean': '' }, tmpdir())
    const bytes = createFound(sequences, { start }).batches.map(({ batch }) => batch)
    writeFileSync(join(data, 't', `${String(start).padStart(20, '0')}.log`), Buffer.concat(bytes))
    return countMissing(data, createTopic())
  }
  expect([countMissingIn([0, 1, 2]), countMissingIn([0, 1]), countMissingIn([0, 1, 3])]).toEqual([
    0, 1, 1,
  ])
  expect([countMissingIn([1, 2], 1), countMissingIn([1], 1), countMissingIn([])]).toEqual([0, 1, 3])
  expect(countMissing(temporaryFolder({ 't/clean': '' }, tmpdir()), createTopic())).toBe(3)
  expect(countMissing(temporaryFolder({}, tmpdir()), createTopic())).toBe(3)
})

const flips: Totals['flips'] = { tried: 2, refused: 1, truncatedTail: 1, served: 0 }
const good = { told: [], flips, controlLost: 5 }

test.each([
  [{}, []],
  [{ told: ['a record is lost'] }, ['a record is lost']],
  [{ flips: { ...flips, served: 1 } }, ['1 of 2 flipped bits were served']],
  [{ controlLost: 0 }, [expect.stringContaining('proves nothing')]],
])('a crash run with %o fails with the objections %o', (changes, objections) => {
  expect(objectionsTo({ ...good, ...changes } as unknown as CrashRun)).toEqual(objections)
})
