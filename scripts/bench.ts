/**
 * `npm run bench`: publishes to the lean bus one at a time, with 256 in flight and in batches, with and without fsync, and
 * compares each with what the disk and the loopback of this machine do without a bus. Wants a machine that does nothing else.
 *
 *   npm run bench                               five rounds of 3 s for each case: about twenty minutes
 *   npm run bench -- --rounds 1 --seconds 0.5   fewer, to see that it works
 *   npm run bench -- --record                   also writes lab/bus-bench/record.json
 *   npm run bench -- --folder /mnt/other        on another disk than the repository's
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  description,
  payloadBytes,
  type BenchRecord,
  type Circumstances,
  type Conditions,
  type Load,
  type Sample,
} from '../lab/bus-bench/record.ts'
import { cases, measure } from '../lab/bus-bench/run.ts'
import { showProgress } from '../lab/progress.ts'
import { caseOf, command, inputHash, recordPath } from '../src/lab/bus.ts'
import type { Spread } from '../src/lab/kafka-cost.ts'
import { root } from './program.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    record: { type: 'boolean', default: false },
    folder: { type: 'string', default: join(root, '.cache') },
  },
})
const { folder } = values
const seconds = numberOf('seconds', 0.1)
const settings = {
  rounds: Math.floor(numberOf('rounds', 1)),
  seconds,
  warmUpSeconds: seconds / 2,
  settleSeconds: seconds * 5,
  trialSeconds: seconds / 3,
}

function numberOf(name: 'rounds' | 'seconds', least: number): number {
  const number = Number(values[name])
  if (number >= least) return number
  throw new Error(`--${name} ${values[name]}: give a number from ${least} on`)
}

/** @throws Error for inputs of a record that no commit has */
function circumstances(): Circumstances {
  const git = (...args: string[]) =>
    spawnSync('git', ['-C', root, ...args], { encoding: 'utf8' }).stdout.trim()
  const changed = git('status', '--porcelain', '--', 'lab/bus-bench', 'examples/lean-bus/src')
  if (values.record && changed) {
    throw new Error(
      `A record names a commit: commit these first, or leave out --record.\n${changed}`,
    )
  }
  const [processor] = cpus()
  return {
    schema: 1,
    date: new Date().toISOString().slice(0, 10),
    command,
    commit: git('rev-parse', 'HEAD'),
    hash: inputHash(),
    machine: {
      processor: processor?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
      fileSystem: fileSystemOf(folder),
    },
    versions: { node: process.versions.node },
  }
}

/** As `df` of Linux calls it. */
function fileSystemOf(path: string): string {
  const { stdout } = spawnSync('df', ['--output=fstype', path], { encoding: 'utf8' })
  return stdout?.trim().split('\n')[1] ?? 'unknown'
}

function shown({ median, lowest, highest }: Spread, digits: number): string {
  const [middle, ...ends] = [median, lowest, highest].map((value) => value.toFixed(digits))
  return `${middle} (${ends.join('–')})`
}

const nameOf = ({ load, fsync, reading, disk }: Conditions & { load: Load }) =>
  `${load}, ${fsync ? 'fsync' : 'no fsync'}, read ${reading}, ${disk} disk`

function print(name: string, samples: readonly Sample[], one: Conditions & { load: Load }): void {
  const of = caseOf(samples, one.load, one)
  console.log(
    [
      name.padEnd(56),
      `${shown(of.messagesPerSecond, 0)}/s`.padEnd(26),
      `${shown(of.ratio, 2)} of the limit`.padEnd(32),
      `p50 ${shown(of.p50, 2)} ms`.padEnd(28),
      `p99 ${shown(of.p99, 1)} ms`.padEnd(28),
      `${shown(of.brokerPeakMiB, 0)} MiB`.padEnd(20),
      `${shown(of.cpuPerMessage, 1)} µs of processor`,
    ].join(' '),
  )
}

mkdirSync(folder, { recursive: true })
const found = circumstances()
const samples: Sample[] = []
const progress = showProgress(settings.rounds * cases.length)
for (let round = 1; round <= settings.rounds; round++) {
  for (const one of cases) {
    progress.next(`round ${round}, ${nameOf(one)}`)
    samples.push(await measure(one, round, settings, { below: folder }))
  }
}
progress.clear()
console.log(`median (lowest–highest) of ${settings.rounds} rounds`)
for (const one of cases) print(nameOf(one), samples, one)
if (values.record) {
  const record: BenchRecord = { ...found, description, payloadBytes, settings, samples }
  writeFileSync(join(root, recordPath), `${JSON.stringify(record, null, 2)}\n`)
  console.log(`Wrote ${recordPath}.`)
}
