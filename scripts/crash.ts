/**
 * `npm run crash`: kills the lean bus's broker under load, cuts its power, turns bits in its logs and makes its disk fail, and
 * holds what is left against what it had acknowledged. Ends with 1 when a promise was not kept, and when the negative
 * control, which runs without fsync, has lost nothing.
 *
 *   npm run crash                            200 rounds
 *   npm run crash -- --rounds 2000           more
 *   npm run crash -- --seed 7                the random choices of an earlier run; how far a process has come differs
 *   npm run crash -- --json                  the totals as one JSON object on the last line
 *   npm run crash -- --record                writes lab/crash/record.json, which the site shows
 */
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import type { CrashRecord, Totals } from '../lab/crash/record.ts'
import { objectionsTo, runCrashes, type CrashRun } from '../lab/crash/run.ts'
import { inputHash, recordPath } from '../src/lab/crash.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
})
const [rounds, seed] = [readNumber('rounds', 1), readNumber('seed', 0)]
const command = `npm run crash -- --rounds ${rounds} --seed ${seed}`

const hash = inputHash()
const begin = performance.now()
const run = await runCrashes({ seed, rounds, progress })
const seconds = Math.round((performance.now() - begin) / 1000)
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')

const totals = totalsOf(run)
const objections = objectionsTo(run)
for (const objection of objections.slice(0, 20)) console.error(`BROKEN: ${objection}`)
if (values.record && objections.length === 0) record()
console.log(values.json ? JSON.stringify(totals) : summary())
process.exitCode = objections.length === 0 ? 0 : 1

function readNumber(name: 'rounds' | 'seed', least: number): number {
  const number = Number(values[name])
  if (Number.isSafeInteger(number) && number >= least) return number
  console.error(`--${name} ${values[name]}: give a whole number from ${least} on`)
  process.exit(1)
}

/** A bar where someone watches. */
function progress(done: number, all: number): void {
  if (!process.stderr.isTTY) return
  const width = 40
  const full = Math.round((done / all) * width)
  const bar = `${'█'.repeat(full)}${'░'.repeat(width - full)}`
  process.stderr.write(`\r${bar} ${done} of ${all} rounds, seed ${seed}`)
}

function totalsOf({
  acknowledged,
  lost,
  reordered,
  duplicated,
  controlLost,
  ...of
}: CrashRun): Totals {
  const { rounds, flips } = of
  return { seed, rounds, acknowledged, lost, reordered, duplicated, controlLost, flips }
}

function summary(): string {
  const { kinds, seen, control, flips } = run
  return [
    `seed ${seed}, ${run.rounds} rounds in ${seconds} s: ${kinds.kill} ended by kill -9, ${kinds.power} by a power cut, ${kinds.fault} by a fault of the disk`,
    `acknowledged ${run.acknowledged}: lost ${run.lost}, reordered ${run.reordered}, duplicated ${run.duplicated}`,
    `control without fsync, ${control.rounds} rounds: lost ${run.controlLost} of ${control.acknowledged}, ${control.refused} starts refused`,
    `turned bits ${flips.tried}: refused ${flips.refused}, cut off as a torn tail ${flips.truncatedTail}, served ${flips.served}`,
    `on the way: ${Object.entries(seen)
      .map(([what, times]) => `${what} ${times}`)
      .join(', ')}`,
  ].join('\n')
}

function record(): void {
  if (!run.recovery) throw new Error('No recovery shows enough for a picture: do more rounds.')
  const [processor] = cpus()
  const { kinds, control, seen, recovery } = run
  const written: CrashRecord = {
    schema: 1,
    date: new Date().toISOString().slice(0, 10),
    command,
    hash,
    machine: {
      processor: processor?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    versions: { node: process.versions.node },
    seconds,
    ...totals,
    kinds,
    control,
    seen,
    recovery,
  }
  writeFileSync(recordPath, `${JSON.stringify(written, null, 2)}\n`)
  console.error(`Wrote ${recordPath}.`)
}
