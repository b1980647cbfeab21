import { parseArgs } from 'node:util'
import { readInteger } from '../options.ts'
import { createProgress } from '../progress.ts'
import { thisMachine } from '../record.ts'
import { crashRecord, inputHash, Totals } from './record.ts'
import { objectionsTo, runCrashes, type CrashRun } from './run.ts'

/**
 * `npm run lab -- crash`: kills the lean bus's broker under load, cuts its power, flips bits in its logs and makes its disk fail,
 * and compares what is left with what it acknowledged. Exits with code 1 if the bus broke a promise, or if the control, which
 * runs without fsync, lost nothing.
 *
 *   npm run lab -- crash                      200 rounds
 *   npm run lab -- crash --rounds 2000        more
 *   npm run lab -- crash --seed 7             repeats the random choices of a run; the timing of processes still differs
 *   npm run lab -- crash --json               prints the totals as one JSON object on the last line
 *   npm run lab -- crash --record             also writes lab/crash/record.json
 */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
    },
  })
  const rounds = readInteger('rounds', values.rounds, 200, 1)
  const seed = readInteger('seed', values.seed, Date.now() % 1_000_000, 0)

  const hash = inputHash()
  const begin = performance.now()
  const progress = createProgress()
  const onRound = (done: number, total: number) => progress.show(done, total, `seed ${seed}`)
  const run = await runCrashes({ seed, rounds, onRound })
  progress.clear()
  const seconds = Math.round((performance.now() - begin) / 1000)

  const objections = objectionsTo(run)
  for (const objection of objections.slice(0, 20)) console.error(`BROKEN: ${objection}`)
  if (objections.length > 0) process.exitCode = 1
  const { kinds, control, seen, recovery } = run
  const totals = Totals.strip().parse(run)
  if (values.record && objections.length === 0) {
    if (!recovery) throw new Error('No recovery shows enough for a picture: run more rounds.')
    const command = `npm run lab -- crash --rounds ${rounds} --seed ${seed}`
    const measured = { schema: 1, command, hash, ...thisMachine(), seconds } as const
    crashRecord.write({ ...measured, ...totals, kinds, control, seen, recovery })
  }
  console.log(values.json ? JSON.stringify(totals) : summarize(run, seconds))
}

function summarize(run: CrashRun, seconds: number): string {
  const { seed, rounds, acknowledged, kinds, control, flips } = run
  const seen = Object.entries(run.seen).map(([event, times]) => `${event} ${times}`)
  return [
    `seed ${seed}, ${rounds} rounds in ${seconds} s: ${kinds.kill} ended by SIGKILL, ${kinds.power} by a power cut, ${kinds.fault} by a disk failure`,
    `acknowledged ${acknowledged}: lost ${run.lost}, reordered ${run.reordered}, duplicated ${run.duplicated}`,
    `control without fsync, ${control.rounds} rounds: lost ${run.controlLost} of ${control.acknowledged}, ${control.refused} starts refused`,
    `flipped bits ${flips.tried}: refused ${flips.refused}, cut off as a torn tail ${flips.truncatedTail}, served ${flips.served}`,
    `events: ${seen.join(', ')}`,
  ].join('\n')
}
