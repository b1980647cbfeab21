import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { crashRecord, inputHash } from '../../lab/crash/record.ts'
import { scoreRecovery } from '../../lab/crash/recovery.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const record = crashRecord.read()

/** Reads the record with some changes. */
function readWith(changes: object) {
  const text = JSON.stringify({ ...record, ...changes })
  return crashRecord.read(temporaryFolder({ [crashRecord.path]: text }, tmpdir()))
}

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

test.each([{ lost: 1 }, { duplicated: 1 }, { controlLost: 0 }, { seed: 'x' }, { more: 1 }])(
  'a crash record with %o is rejected',
  (changes) => {
    expect(() => readWith(changes)).toThrow(new RegExp(Object.keys(changes)[0] ?? ''))
  },
)

test.each(['lab/crash/plan.ts', 'examples/lean-bus/src/log/log.ts'])(
  'a change of %s changes the input hash of the crash record, a change of a test does not',
  (file) => {
    const root = temporaryFolder({}, tmpdir())
    for (const folder of ['lab', 'examples/lean-bus/src']) {
      cpSync(folder, join(root, folder), { recursive: true })
    }
    writeFileSync(join(root, 'examples/lean-bus/src/log/log.test.ts'), '')
    expect(inputHash(root)).toBe(inputHash())
    writeFileSync(join(root, file), `${readFileSync(file, 'utf8')}\n`)
    expect(inputHash(root)).not.toBe(inputHash())
  },
)
