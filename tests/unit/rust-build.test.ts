import { expect, test } from 'vitest'
import { buildKinds, rustBuildRecord } from '../../lab/rust-build/record.ts'
import { parseTimes } from '../../lab/rust-build/run.ts'

test('the CPU time of a build is that of the child processes, which the shell prints last', () => {
  expect(parseTimes('   Finished dev\n0m0.00s 0m0.01s\n2m1.50s 0m10.25s\n')).toBeCloseTo(131.75)
  expect(() => parseTimes('   Finished dev\n')).toThrow('times printed "Finished dev"')
})

test('the record holds each build, and a later one compiles less than the first', () => {
  const record = rustBuildRecord.read()
  expect(record?.builds.map(({ kind }) => kind)).toEqual([...buildKinds])
  const [, release, again] = record?.builds.map(({ cpuSeconds }) => cpuSeconds) ?? []
  expect(again).toBeLessThan(release ?? 0)
})
