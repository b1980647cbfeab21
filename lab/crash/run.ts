import { mkdtempDisposableSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskFolder } from '../../examples/lean-bus/src/log/files.ts'
import { exampleSource } from '../lean-bus.ts'
import { createRandom, type Random } from '../random.ts'
import { flipBits, noFlips, readFiles } from './flips.ts'
import { countMissing } from './missing.ts'
import { addCounts, addViolations, noViolations } from './model.ts'
import { emptySeen, type CrashRecord, type Kind, type Recovery, type Totals } from './record.ts'
import { pickBetter } from './recovery.ts'
import { createRig, type Rig } from './rig.ts'

/** Rounds on one data folder, before the next one begins. */
const roundsPerFolder = 25
/** Flipped bits in each log of a data folder. */
const flipsPerLog = 50
/** One control round, without syncs, for this number of other rounds, but at least 5. */
const control = { share: 20, least: 5 }
/** Data folders in work at the same time: while one broker waits for the disk, another computes. */
const lanes = 2

export interface CrashOptions {
  readonly seed: number
  readonly rounds: number
  /** The folder of the broker's source files. Default: the example's. */
  readonly source?: string
  /** Called after each round, including those of the control. */
  readonly onRound?: (done: number, total: number) => void
}

/** The result of a run. */
export interface CrashRun extends Totals, Pick<CrashRecord, 'kinds' | 'control' | 'seen'> {
  /** The recovery with the best score. */
  readonly recovery: Recovery | undefined
  /** One sentence for each broken promise. */
  readonly told: readonly string[]
}

/**
 * Crashes brokers and flips bits, for a number of rounds or until a promise is broken.
 *
 * @throws Error for what a crash doesn't explain: a broker that doesn't exit, or a wrong answer
 */
export async function runCrashes(options: CrashOptions): Promise<CrashRun> {
  const { seed, rounds, source = exampleSource, onRound = () => {} } = options
  using folder = mkdtempDisposableSync(join(tmpdir(), 'crash-'))
  const folders = Math.ceil(rounds / roundsPerFolder)
  const controlRounds = Math.max(control.least, Math.ceil(rounds / control.share))

  const kinds: Record<Kind, number> = { kill: 0, power: 0, fault: 0 }
  const violations = noViolations()
  const seen = emptySeen()
  const flips = noFlips()
  let acknowledged = 0
  let recovery: Recovery | undefined
  const controls = { rounds: 0, acknowledged: 0, refused: 0, lost: 0 }
  let done = 0
  const tell = () => onRound(++done, rounds + controlRounds)

  const makeRig = (name: string, syncs: boolean) =>
    createRig({
      folder: join(folder.path, name),
      source,
      cache: join(folder.path, 'cache'),
      syncs,
      label: `${seed}/${name}`,
    })

  /** Runs the rounds on one data folder, and then flips bits in its logs. */
  async function crash(number: number): Promise<void> {
    if (violations.messages.length > 0) return
    const rig = makeRig(`rounds-${number}`, true)
    const random = createRandom(seed, 'kinds', number)
    const left = Math.min(roundsPerFolder, rounds - number * roundsPerFolder)
    const planned = Array.from({ length: left }, () => pickKind(random))
    const finished = await rig.run(planned, tell)
    for (const kind of planned.slice(0, finished)) kinds[kind]++
    addViolations(violations, rig.violations)
    acknowledged += countAcknowledged(rig)
    addCounts(seen, rig.seen)
    recovery = pickBetter(recovery, rig.bestRecovery())
    if (rig.violations.messages.length === 0) await flipAll(rig, number)
    rmSync(rig.folder, { recursive: true })
  }

  async function flipAll(rig: Rig, number: number): Promise<void> {
    const data = await diskFolder(rig.data)
    for (const log of await data.list()) {
      if (!(await data.isFolder(log))) continue
      const files = await readFiles(await data.folder(log))
      const random = createRandom(seed, 'flips', number, log)
      addCounts(flips, await flipBits(files, flipsPerLog, random, source))
    }
  }

  async function controlRound(number: number): Promise<void> {
    const rig = makeRig(`control-${number}`, false)
    const finished = await rig.run(['power'], tell)
    controls.rounds += finished
    controls.acknowledged += countAcknowledged(rig)
    controls.refused += rig.violations.refused
    for (const topic of rig.topics) controls.lost += countMissing(rig.data, topic)
    rmSync(rig.folder, { recursive: true })
  }

  const queue = [...tasks(controlRounds, controlRound), ...tasks(folders, crash)].values()
  const workInLane = async () => {
    for (const task of queue) await task()
  }
  await Promise.all(Array.from({ length: lanes }, workInLane))
  const { messages: told, lost, reordered, duplicated } = violations
  const { lost: controlLost, ...without } = controls
  const finished = kinds.kill + kinds.power + kinds.fault
  const totals = { seed, rounds: finished, acknowledged, lost, reordered, duplicated }
  return { ...totals, controlLost, flips, kinds, control: without, seen, recovery, told }
}

/** Lists why a run fails, as sentences. */
export function objectionsTo({ told, flips, controlLost }: CrashRun): readonly string[] {
  const objections = [...told]
  if (flips.served > 0)
    objections.push(`${flips.served} of ${flips.tried} flipped bits were served`)
  if (controlLost === 0) {
    objections.push('the control lost nothing without fsync, so this run proves nothing')
  }
  return objections
}

const tasks = (length: number, task: (number: number) => Promise<void>) =>
  Array.from({ length }, (_none, number) => () => task(number))

const countAcknowledged = ({ topics }: Rig) =>
  topics.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0)

/** 45% of the rounds end by SIGKILL, 45% by a power cut and 10% by a disk failure. */
function pickKind(random: Random): Kind {
  if (random.chance(0.1)) return 'fault'
  return random.chance(0.5) ? 'kill' : 'power'
}
