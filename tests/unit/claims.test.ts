import { expect, test } from 'vitest'
import { evidenceId } from '../../src/model/claims/references.ts'
import { verdicts } from '../../src/model/claims/schema.ts'
import { verdictSign } from '../../src/model/claims/verdicts.ts'

test('each verdict has its own words, and each tone has one mark', () => {
  const signs = verdicts.map((verdict) => verdictSign([verdict]))
  expect(new Set(signs.map(({ word }) => word)).size).toBe(verdicts.length)
  const marks = Map.groupBy(signs, ({ mark }) => mark)
  for (const [mark, shown] of marks) {
    expect(new Set(shown.map(({ tone }) => tone)).size, mark).toBe(1)
  }
  expect(marks.size).toBe(new Set(signs.map(({ tone }) => tone)).size)
})

test('two verdicts are written in their order, with the mark of the first', () => {
  expect(verdictSign(['outdated', 'misread'])).toEqual({
    word: 'outdated, misread',
    mark: '±',
    tone: 'caveat',
  })
})

test('two references to a claim on one page get different ids, whatever other pages refer to', () => {
  const page = {}
  const ids = [evidenceId(page, 'c09'), evidenceId(page, 'c09'), evidenceId(page, 'c10')]
  expect(new Set(ids).size).toBe(3)
  expect(evidenceId({}, 'c09')).toBe(ids[0])
})
