/**
 * `npm run bench`: publishes to the lean bus one at a time, with 256 in flight and in batches, with and without fsync, and
 * compares each with what the disk and the loopback of this machine do without a bus. Wants a machine that does nothing else.
 *
 *   npm run bench                               five rounds of 3 s for each case: about twenty minutes
 *   npm run bench -- --rounds 1 --seconds 0.5   fewer, to see that it works
 *   npm run bench -- --record                   also writes lab/bus-bench/record.json
 *   npm run bench -- --before ../older          takes turns with the bus of another checkout of this repository, and with
 *                                               --record writes what that one came to, to lab/results/bus-before.json
 *   npm run bench -- --preallocate              tries preallocated files instead; with --record to
 *                                               lab/results/preallocate.json
 *   npm run bench -- --folder /mnt/other        on another disk than the repository's
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ahead } from '../lab/bus-bench/ahead-folder.ts'
import { busTrials, trials, tryOut } from '../lab/bus-bench/preallocate.ts'
import {
  conditions,
  description,
  payloadBytes,
  type BusRecord,
  type Circumstances,
  type Conditions,
  type Load,
  type PreallocateRecord,
  type Sample,
  type Trial,
} from '../lab/bus-bench/record.ts'
import { cases, casesBefore, measure } from '../lab/bus-bench/run.ts'
import { showProgress } from '../lab/progress.ts'
import {
  caseOf,
  command,
  inputHash,
  preallocatePath,
  recordPaths,
  trialOf,
} from '../src/lab/bus.ts'
import type { Spread } from '../src/lab/kafka-cost.ts'
import { root } from './program.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    record: { type: 'boolean', default: false },
    before: { type: 'string' },
    preallocate: { type: 'boolean', default: false },
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
const rounds = Array.from({ length: settings.rounds }, (_none, index) => index + 1)

function numberOf(name: 'rounds' | 'seconds', least: number): number {
  const number = Number(values[name])
  if (number >= least) return number
  throw new Error(`--${name} ${values[name]}: give a number from ${least} on`)
}

/** @throws Error for inputs of a record that no commit has */
function circumstances(checkout: string): Circumstances {
  const git = (...args: string[]) =>
    spawnSync('git', ['-C', checkout, ...args], { encoding: 'utf8' }).stdout.trim()
  const changed = git('status', '--porcelain', '--', 'lab/bus', 'examples/lean-bus/src')
  if (values.record && changed) {
    throw new Error(
      `A record names a commit: commit these first, or leave out --record.\n${changed}`,
    )
  }
  const [processor] = cpus()
  return {
    schema: 1,
    date: new Date().toISOString().slice(0, 10),
    command: [command, ...(values.preallocate ? ['-- --preallocate'] : [])].join(' '),
    commit: git('rev-parse', 'HEAD'),
    hash: inputHash(checkout),
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

function write(path: string, record: BusRecord | PreallocateRecord): void {
  if (!values.record) return
  mkdirSync(join(root, dirname(path)), { recursive: true })
  writeFileSync(join(root, path), `${JSON.stringify(record, null, 2)}\n`)
  console.log(`Wrote ${path}.`)
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

async function bench(): Promise<void> {
  const checkouts = [
    ...(values.before
      ? [{ path: recordPaths.before, root: resolve(values.before), cases: casesBefore }]
      : []),
    { path: recordPaths.now, root, cases },
  ].map((checkout) => ({
    ...checkout,
    found: circumstances(checkout.root),
    samples: [] as Sample[],
  }))
  const each = checkouts.reduce((sum, checkout) => sum + checkout.cases.length, 0)
  const progress = showProgress(settings.rounds * each)
  for (const round of rounds) {
    for (const one of cases) {
      for (const { root: checkout, samples } of checkouts.filter((it) => it.cases.includes(one))) {
        progress.next(`round ${round}, ${nameOf(one)}`)
        samples.push(await measure(one, round, settings, { checkout, below: folder }))
      }
    }
  }
  progress.clear()
  for (const { path, found, samples, cases } of checkouts) {
    const commit = found.commit.slice(0, 7)
    console.log(`\n${commit}, median (lowest–highest) of ${settings.rounds} rounds`)
    for (const one of cases) print(nameOf(one), samples, one)
    write(path, { ...found, description, payloadBytes, settings, samples })
  }
}

async function preallocate(): Promise<void> {
  const found = circumstances(root)
  const disk: Trial[] = []
  const samples: PreallocateRecord['samples'][number][] = []
  const progress = showProgress(settings.rounds * (trials.length + busTrials.length))
  for (const round of rounds) {
    for (const trial of trials) {
      progress.next(`round ${round}, ${trial.way}, ${trial.block} bytes`)
      disk.push(tryOut(folder, trial, round, settings.trialSeconds))
    }
    for (const { load, way } of busTrials) {
      progress.next(`round ${round}, ${way}, ${load}`)
      const one = { load, ...conditions.rested, way }
      const sample = await measure(one, round, settings, { checkout: root, below: folder })
      samples.push({ ...sample, way })
    }
  }
  progress.clear()
  for (const { way, block } of trials) {
    const { megabytesPerSecond, p50 } = trialOf(disk, way, block)
    const rate = `${shown(megabytesPerSecond, 1)} MB/s`
    console.log(`${block} bytes, ${way}: ${rate}, p50 ${shown(p50, 3)} ms`)
  }
  for (const { load, way } of busTrials) {
    const chosen = samples.filter((sample) => sample.way === way)
    print(`${load}, ${way}`, chosen, { load, ...conditions.rested })
  }
  write(preallocatePath, { ...found, settings, ahead, trials: disk, samples })
}

mkdirSync(folder, { recursive: true })
await (values.preallocate ? preallocate() : bench())
