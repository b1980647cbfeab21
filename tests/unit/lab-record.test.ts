import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import * as z from 'zod'
import * as bench from '../../lab/bus-bench/record.ts'
import * as crash from '../../lab/crash/record.ts'
import * as kafkaCost from '../../lab/kafka-cost/record.ts'
import { readInteger, readNumber } from '../../lab/options.ts'
import { hashInputs, readCommit, recordFile, spread } from '../../lab/record.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const file = recordFile(
  'record.json',
  z.strictObject({ date: z.iso.date(), value: z.int().positive() }),
)
const today = new Date().toISOString().slice(0, 10)

test('the median is always one of the measured values', () => {
  expect(spread([9, 1, 10, 2, 3])).toEqual({ median: 3, lowest: 1, highest: 10 })
  expect(spread([1, 2, 3, 4])).toEqual({ median: 3, lowest: 1, highest: 4 })
})

test('a record is undefined before it is written, and gets the date of today', () => {
  vi.spyOn(console, 'log').mockReturnValue()
  const root = temporaryFolder({}, tmpdir())
  expect(file.read(root)).toBeUndefined()
  file.write({ value: 1 }, root)
  expect(file.read(root)).toEqual({ date: today, value: 1 })
})

test('a record keeps its date when nothing else has changed', () => {
  vi.spyOn(console, 'log').mockReturnValue()
  const earlier = '{ "date": "2026-01-31", "value": 1 }'
  const root = temporaryFolder({ 'record.json': earlier }, tmpdir())
  expect([file.compare({ value: 1 }, root), file.compare({ value: 2 }, root)]).toEqual([
    false,
    true,
  ])
  file.write({ value: 1 }, root)
  expect(readFileSync(join(root, 'record.json'), 'utf8')).toBe(earlier)
  file.write({ value: 2 }, root)
  expect(file.read(root)).toEqual({ date: today, value: 2 })
})

test('a record that does not match its schema is neither read nor written', () => {
  vi.spyOn(console, 'log').mockReturnValue()
  const invalid = temporaryFolder({ 'record.json': `{ "date": "${today}", "value": 0 }` }, tmpdir())
  expect(() => file.read(invalid)).toThrow(/value/)
  const empty = temporaryFolder({}, tmpdir())
  expect(() => file.write({ value: 0 }, empty)).toThrow(/value/)
  expect(existsSync(join(empty, 'record.json'))).toBe(false)
})

test('the input hash is that of the lines of sha256sum, without tests', () => {
  const files = { 'b.ts': 'b', 'a.ts': 'a', 'a.test.ts': 'test', 'c.json': '{}' }
  const root = temporaryFolder(files, tmpdir())
  const expected = execFileSync('sh', ['-c', 'sha256sum a.ts b.ts | sha256sum'], { cwd: root })
  expect(hashInputs(['*.ts'], root)).toBe(String(expected).slice(0, 64))
})

const leanBusLog = 'examples/lean-bus/src/log/log.ts'

test.each([
  ['bus bench', bench.inputHash, 'lab/bus-bench/limit.ts'],
  ['bus bench', bench.inputHash, leanBusLog],
  ['crash', crash.inputHash, 'lab/crash/plan.ts'],
  ['crash', crash.inputHash, leanBusLog],
  ['Kafka cost', kafkaCost.inputHash, 'servers/kafka/java.ts'],
  ['Kafka cost', kafkaCost.inputHash, 'servers/kafka/server.properties'],
])('the input hash of the %s record changes with $2, and not with a test', (_of, hash, file) => {
  const root = temporaryFolder({}, tmpdir())
  for (const folder of ['lab', 'servers', 'examples/lean-bus/src', 'examples/kafka/dev-broker']) {
    cpSync(folder, join(root, folder), { recursive: true })
  }
  writeFileSync(join(root, 'examples/lean-bus/src/log/log.test.ts'), '')
  expect(hash(root)).toBe(hash())
  appendFileSync(join(root, file), '\n')
  expect(hash(root)).not.toBe(hash())
})

test.each([
  ['bus bench', bench.benchRecord, { samples: [] }],
  ['Kafka cost', kafkaCost.kafkaCostRecord, { flags: [] }],
  ['crash', crash.crashRecord, { lost: 1 }],
  ['crash', crash.crashRecord, { duplicated: 1 }],
  ['crash', crash.crashRecord, { controlLost: 0 }],
  ['crash', crash.crashRecord, { seed: 'x' }],
  ['crash', crash.crashRecord, { seen: {} }],
  ['crash', crash.crashRecord, { more: 1 }],
])('a %s record with $2 is rejected', (_of, { path, read }, changes) => {
  const changed = JSON.stringify({ ...read(), ...changes })
  const root = temporaryFolder({ [path]: changed }, tmpdir())
  expect(() => read(root)).toThrow(new RegExp(Object.keys(changes)[0] ?? ''))
})

test('a record names a commit only for files that are committed', () => {
  expect(readCommit(['no/such/folder/*.ts'])).toMatch(/^[0-9a-f]{40}$/)
  const path = 'lab/uncommitted.tmp.ts'
  const repository = temporaryFolder({ [path]: '' }, tmpdir())
  execFileSync('git', ['init', '--quiet'], { cwd: repository })
  expect(() => readCommit(['lab/**/*.ts'], repository)).toThrow(path)
})

test('an option that is not a number in its range is rejected by its name', () => {
  expect(readInteger('rounds', '3', 5, 1)).toBe(3)
  expect(readNumber('seconds', '0.5', 3, 0.1)).toBe(0.5)
  for (const text of ['many', '0', '1.5', ' ', '1e3', '0x10']) {
    expect(() => readInteger('rounds', text, 5, 1)).toThrow(`--rounds ${text}: give a whole number`)
  }
  for (const text of ['many', '-0.01', ' ', 'Infinity']) {
    expect(() => readNumber('seconds', text, 3, 0)).toThrow(`--seconds ${text}: give a number`)
  }
})

test('an option that is missing or empty has its default', () => {
  for (const text of [undefined, '']) {
    expect(readInteger('seed', text, 5, 0)).toBe(5)
    expect(readNumber('seconds', text, 3, 0)).toBe(3)
  }
})
