import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { root } from '../../scripts/program.mjs'
import { summarize } from '../../scripts/summary.ts'
import { countTests } from '../../scripts/vitest-report.ts'
import { runProgram } from '../tools/run-program.ts'
import { temporaryFolder } from '../tools/temporary.ts'

/** Runs Vitest on one file as `npm test` runs a part, and counts its tests. */
function runAndCount(source: string, env: Readonly<Record<string, string>> = {}) {
  // With the name *.test.ts it would be one of our own tests.
  const folder = temporaryFolder({ 'a.spec.ts': source }, import.meta.dirname)
  const report = join(folder, 'report.json')
  const args = ['run', '--root', folder, '--reporter=json', `--outputFile.json=${report}`]
  const { exitCode } = runProgram('vitest', args, { CI: '', ...env })
  const { passed, failed, skipped } = countTests(report, exitCode ?? 'a signal')
  const path = folder.slice(root.length + 1)
  const named = (names: readonly string[]) => names.map((name) => name.replace(`${path}/`, ''))
  return { passed, failed: named(failed), skipped: named(skipped) }
}

const vitest = "import { describe, expect, test, beforeAll } from 'vitest'\n"

test('a count distinguishes passed, failed, skipped and planned tests', () => {
  const source = `${vitest}
    test('passes', () => {})
    describe('group', () => test('fails', () => expect(1).toBe(2)))
    test.skip('left out', () => {})
    test('skips itself', ({ skip }) => skip())
    test.todo('planned')`
  expect(runAndCount(source)).toEqual({
    passed: 1,
    failed: ['a.spec.ts: group fails'],
    skipped: ['a.spec.ts: left out', 'a.spec.ts: skips itself', 'a.spec.ts: planned'],
  })
})

test.each([
  [
    'a test file that does not load',
    `${vitest} test('passes', () => {})\n throw new Error('no')`,
    0,
  ],
  ['a test file that does not parse', `${vitest} test('passes', () => {`, 0],
  ['a test file without a test', vitest, 0],
  [
    'a failing setup',
    `${vitest} beforeAll(() => { throw new Error('no') })\n test('a', () => {})`,
    0,
  ],
  [
    'an error outside any test',
    `${vitest} test('a', () => { void Promise.reject(new Error('no')) })`,
    1,
  ],
  [
    'a killed test process',
    `${vitest} test('a', () => { process.kill(process.pid, 'SIGKILL') })`,
    0,
  ],
])('%s counts as one failure', (_case, source, passed) => {
  const counts = runAndCount(source)
  expect(counts.failed).toHaveLength(1)
  expect(counts.passed).toBe(passed)
})

test('a run without any test file counts as one failure', () => {
  const folder = temporaryFolder({}, import.meta.dirname)
  const report = join(folder, 'report.json')
  const args = ['run', '--root', folder, '--reporter=json', `--outputFile.json=${report}`]
  const { exitCode } = runProgram('vitest', args)
  expect(countTests(report, exitCode ?? 'a signal')).toMatchObject({ passed: 0, skipped: [] })
  expect(countTests(report, exitCode ?? 'a signal').failed).toHaveLength(1)
})

test('nothing is counted as passed when Vitest itself is killed', () => {
  expect(countTests('/nowhere/report.json', 'SIGKILL')).toEqual({
    passed: 0,
    failed: ['vitest exited with SIGKILL and wrote no report'],
    skipped: [],
  })
})

const needsTool = `${vitest}
  import { describeWith } from '../../tools/describe-with.ts'
  import { findChromium } from '../../../scripts/find.ts'
  describeWith('a page', findChromium(), () => test('opens', () => {}))`

test('without a browser one skipped test says what to install, and it fails under CI', () => {
  const env = { CHROMIUM: '/nowhere/chromium' }
  vi.stubEnv('CHROMIUM', env.CHROMIUM)
  const tool = findChromium()
  vi.unstubAllEnvs()
  const missing = `a.spec.ts: a page ${'missing' in tool ? tool.missing : expect.fail()}`
  expect(missing).toContain('apt-get install chromium')
  expect(runAndCount(needsTool, env)).toEqual({ passed: 0, failed: [], skipped: [missing] })
  expect(runAndCount(needsTool, { ...env, CI: 'true' })).toEqual({
    passed: 0,
    failed: [missing],
    skipped: [],
  })
  expect(runAndCount(needsTool, { CHROMIUM: process.execPath })).toMatchObject({ passed: 1 })
})

test('the summary ends with the number of passed and failed tests', () => {
  const results = [
    { name: 'eslint', seconds: 1.25, passed: 1, failed: [], skipped: [] },
    { name: 'site', seconds: 60, passed: 7, failed: [], skipped: ['a.test.ts: opens'] },
  ]
  const { text, exitCode } = summarize(results, 61, false)
  expect(text).toContain('SKIPPED  site: a.test.ts: opens')
  expect(text).toMatch(/^site +60\.0 +7 +0 +1$/m)
  expect(text.split('\n').at(-1)).toBe('8 passed, 0 failed, 1 skipped')
  expect(exitCode).toBe(0)

  const strict = summarize(results, 61, true)
  expect(strict.text.split('\n').at(-1)).toBe('8 passed, 1 failed')
  expect(strict.exitCode).toBe(1)
})
