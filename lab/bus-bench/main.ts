import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { release, type } from 'node:os'
import { parseArgs } from 'node:util'
import { readInteger, readNumber } from '../options.ts'
import { createProgress } from '../progress.ts'
import { readCommit, thisMachine, type Spread } from '../record.ts'
import {
  benchRecord,
  description,
  inputHash,
  inputs,
  payloadBytes,
  summarizeCase,
  type Sample,
} from './record.ts'
import { cases, measure, type Case } from './run.ts'

/**
 * `npm run lab -- bus-bench`: publishes to the lean bus one at a time, with 256 in flight and in batches, with and without fsync,
 * and compares each with what the disk and the loopback of this machine do without a bus. Needs an idle machine.
 *
 *   npm run lab -- bus-bench                               five rounds of 3 s for each case: about twenty minutes
 *   npm run lab -- bus-bench --rounds 1 --seconds 0.5      a quick try
 *   npm run lab -- bus-bench --record                      also writes lab/bus-bench/record.json
 *   npm run lab -- bus-bench --folder /mnt/other           measures the disk of this folder instead of the repository's
 */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      record: { type: 'boolean', default: false },
      folder: { type: 'string' },
    },
  })
  const folder = values.folder || '.cache'
  const seconds = readNumber('seconds', values.seconds, 3, 0.1)
  const settings = {
    rounds: readInteger('rounds', values.rounds, 5, 1),
    seconds,
    warmUpSeconds: seconds / 2,
    settleSeconds: seconds * 5,
    trialSeconds: seconds / 3,
  }
  const commit = values.record ? readCommit(inputs) : ''
  const hash = inputHash()

  mkdirSync(folder, { recursive: true })
  const samples: Sample[] = []
  const progress = createProgress()
  const total = settings.rounds * cases.length
  for (let round = 1; round <= settings.rounds; round++) {
    for (const one of cases) {
      progress.show(samples.length, total, `round ${round}, ${formatCase(one)}`)
      samples.push(await measure(one, round, settings, folder))
    }
  }
  progress.clear()
  console.log(`Median (lowest–highest) of ${settings.rounds} rounds:`)
  for (const one of cases) console.log(formatRow(samples, one))

  if (!values.record) return
  const { machine, versions } = thisMachine()
  benchRecord.write({
    schema: 1,
    command: `npm run lab -- bus-bench --rounds ${settings.rounds} --seconds ${seconds}`,
    commit,
    hash,
    machine: { ...machine, system: `${type()} ${release()}`, fileSystem: fileSystemOf(folder) },
    versions,
    description,
    payloadBytes,
    settings,
    samples,
  })
}

/** The type of the file system that holds a path, by the name that `df` of Linux gives it. */
function fileSystemOf(path: string): string {
  if (process.platform !== 'linux') return 'unknown'
  const output = execFileSync('df', ['--output=fstype', path], { encoding: 'utf8' })
  return output.trim().split('\n')[1] ?? 'unknown'
}

function formatCase({ load, fsync, reading, disk }: Case): string {
  return `${load}, ${fsync ? 'fsync' : 'no fsync'}, read ${reading}, ${disk} disk`
}

function formatRow(samples: readonly Sample[], one: Case): string {
  const summary = summarizeCase(samples, one.load, one)
  return [
    formatCase(one).padEnd(56),
    `${formatSpread(summary.messagesPerSecond, 0)}/s`.padEnd(26),
    `${formatSpread(summary.ratio, 2)} of the limit`.padEnd(32),
    `p50 ${formatSpread(summary.p50, 2)} ms`.padEnd(28),
    `p99 ${formatSpread(summary.p99, 1)} ms`.padEnd(28),
    `${formatSpread(summary.brokerPeakMiB, 0)} MiB`.padEnd(20),
    `${formatSpread(summary.cpuPerMessage, 1)} µs of CPU time per message`,
  ].join(' ')
}

function formatSpread({ median, lowest, highest }: Spread, digits: number): string {
  const [middle, ...ends] = [median, lowest, highest].map((value) => value.toFixed(digits))
  return `${middle} (${ends.join('–')})`
}
