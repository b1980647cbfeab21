import { spawnSync } from 'node:child_process'
import { expect, test, vi } from 'vitest'

function runLab(...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/lab.ts', ...args], {
    encoding: 'utf8',
  })
  return { stdout, lines: stderr.trimEnd().split('\n'), status }
}

const subjects = [
  'bus-bench',
  'cold-start',
  'crash',
  'experiments',
  'http',
  'kafka-cost',
  'page-weight',
  'rust-build',
]

vi.setConfig({ testTimeout: 30_000 })

test('npm run lab without a subject lists all subjects with one line each', () => {
  const { stdout, lines, status } = runLab()
  expect([stdout, status]).toEqual(['', 1])
  expect(lines[0]).toBe('Name a subject: npm run lab -- <subject> [options]')
  expect(lines.slice(1).map((line) => line.trim().split(' ')[0])).toEqual(subjects)
})

test.each(['kafka-cots', 'constructor'])(
  'npm run lab with the unknown subject %s suggests the nearest one',
  (name) => {
    const { lines, status } = runLab(name)
    expect(status).toBe(1)
    expect(lines[0]).toMatch(`There is no lab subject "${name}". Did you mean "`)
    expect(lines).toHaveLength(1 + subjects.length)
    if (name === 'kafka-cots') expect(lines[0]).toContain('"kafka-cost"?')
  },
)

test.each([
  ['bus-bench', ['--rounds', '0'], '--rounds 0: give a whole number from 1 on'],
  ['cold-start', ['--quick'], "Unknown option '--quick'"],
  [
    'cold-start',
    ['--timings', '--quick', '--record'],
    '--record needs a full run: leave out --quick',
  ],
  ['crash', ['--speed'], "Unknown option '--speed'"],
  ['http', ['--only', 'expres'], '--only expres: the stacks are express, fastify, '],
  ['http', ['--quick', '--record'], '--record needs a full run: leave out --quick and --only'],
] as const)('npm run lab -- %s rejects the options %j in one line', (subject, args, message) => {
  const { stdout, lines, status } = runLab(subject, ...args)
  expect([stdout, lines.length, status]).toEqual(['', 1, 1])
  expect(lines[0]).toContain(message)
})
