import { expect, test } from 'vitest'
import { crashRecord } from '../../lab/crash/record.ts'
import { scoreRecovery } from '../../lab/crash/recovery.ts'

const record = crashRecord.read()

test('the crash record holds at least 2,000 rounds, and more than 100 of every kind', () => {
  expect(record?.rounds).toBeGreaterThanOrEqual(2000)
  const { kill = 0, power = 0, fault = 0 } = record?.kinds ?? {}
  expect(kill + power + fault).toBe(record?.rounds)
  expect(Math.min(kill, power, fault)).toBeGreaterThan(100)
})

test('every flipped bit of the crash record was refused or cut off', () => {
  const { tried, refused = 0, truncatedTail = 0 } = record?.flips ?? {}
  expect(refused + truncatedTail).toBe(tried)
})

test('the recovery in the crash record has damage between whole batches, and the start cut it there', () => {
  const recovery =
    record?.recovery ?? expect.fail(`${crashRecord.path} is missing: npm run lab -- crash --record`)
  expect(scoreRecovery(recovery)).toBeGreaterThan(0)
  const { batches, syncedSize, keptSize, recoveredSize, writtenSize, warning } = recovery
  const ends = batches.map(({ at, length }) => at + length)
  expect([0, ...ends]).toContain(recoveredSize)
  expect(batches.map(({ at }) => at)).toEqual([0, ...ends.slice(0, -1)])
  expect(syncedSize).toBeLessThanOrEqual(recoveredSize)
  expect(keptSize).toBeLessThanOrEqual(writtenSize)
  expect(warning).toContain(`${keptSize - recoveredSize} bytes from ${recoveredSize} cut off`)
})
