import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskFolder } from '../../examples/lean-bus/src/log/files.ts'
import { exampleSource } from './broker.ts'
import { flipBits, readFiles } from './flips.ts'
import { goneFrom } from './gone.ts'
import { addBreaches, noBreaches } from './model.ts'
import { createRandom } from '../random.ts'
import { emptySeen, type CrashRecord, type Flips, type Kind } from './record.ts'
import type { Recovery, Totals } from './record.ts'
import { telling } from './recovery.ts'
import { createRig, type Rig } from './rig.ts'

/** Rounds on one data folder; then it is a new one. */
const roundsPerFolder = 25
/** Bits that are turned in each log of one folder. */
const flipsPerLog = 50
/** One round with the sync switched off for so many others, and no fewer than the least. */
const control = { share: 20, least: 5 }
/** Data folders that are worked on at a time: while one broker waits for the disk, another computes. */
const lanes = 2

export interface CrashOptions {
  readonly seed: number
  readonly rounds: number
  /** The source files of the broker; the example's where it is left out. */
  readonly source?: string
  /** Told after each round, the control's among them. */
  readonly progress?: (done: number, all: number) => void
}

/** What a run came to. */
export interface CrashRun extends Totals, Pick<CrashRecord, 'kinds' | 'control' | 'seen'> {
  /** The one that shows most. */
  readonly recovery: Recovery | undefined
  /** Each broken promise as a sentence. */
  readonly told: readonly string[]
}

/**
 * Crashes brokers and turns bits, until so many rounds are done or a promise was not kept.
 *
 * @throws Error for what no crash explains: a broker that does not end, or answers what it should not
 */
export async function runCrashes(options: CrashOptions): Promise<CrashRun> {
  const { seed, rounds, source = exampleSource, progress = () => {} } = options
  const folder = mkdtempSync(join(tmpdir(), 'crash-'))
  const folders = Math.ceil(rounds / roundsPerFolder)
  const controlRounds = Math.max(control.least, Math.ceil(rounds / control.share))

  const kinds: Record<Kind, number> = { kill: 0, power: 0, fault: 0 }
  const breaches = noBreaches()
  const seen = emptySeen()
  const flips = { tried: 0, refused: 0, truncatedTail: 0, served: 0 }
  let acknowledged = 0
  let recovery: Recovery | undefined
  const controls = { rounds: 0, acknowledged: 0, refused: 0, lost: 0 }
  let done = 0
  const tell = () => progress(++done, rounds + controlRounds)

  function rigOf(label: string, syncs: boolean): Rig {
    const path = join(folder, label)
    mkdirSync(path)
    return createRig({
      folder: path,
      source,
      cache: join(folder, 'cache'),
      syncs,
      label: `${seed}/${label}`,
    })
  }

  /** Rounds on one data folder, and then turned bits in what lies there. */
  async function crash(number: number): Promise<void> {
    if (breaches.told.length > 0) return
    const rig = rigOf(`rounds-${number}`, true)
    const random = createRandom(seed, 'kinds', number)
    const left = Math.min(roundsPerFolder, rounds - number * roundsPerFolder)
    const planned = Array.from({ length: left }, () => kindOf(random.between(1, 20)))
    const finished = await rig.run(planned, tell)
    for (const kind of planned.slice(0, finished)) kinds[kind]++
    addBreaches(breaches, rig.breaches)
    acknowledged += acknowledgedOf(rig)
    addCounts(seen, rig.seen)
    const found = rig.recovery()
    if (found && telling(found) > (recovery ? telling(recovery) : 0)) recovery = found
    if (rig.breaches.told.length === 0) addCounts(flips, await flipAll(rig, number))
    rmSync(rig.folder, { recursive: true })
  }

  async function flipAll(rig: Rig, number: number): Promise<Flips> {
    const sum = { tried: 0, refused: 0, truncatedTail: 0, served: 0 }
    const data = await diskFolder(rig.data)
    for (const log of await data.folders()) {
      const files = await readFiles(await data.folder(log))
      const random = createRandom(seed, 'flips', number, log)
      addCounts(sum, await flipBits(files, flipsPerLog, random, source))
    }
    return sum
  }

  async function controlRound(number: number): Promise<void> {
    const rig = rigOf(`control-${number}`, false)
    const finished = await rig.run(['power'], tell)
    controls.rounds += finished
    controls.acknowledged += acknowledgedOf(rig)
    controls.refused += rig.breaches.refused
    for (const topic of rig.topics) controls.lost += goneFrom(rig.data, topic)
    rmSync(rig.folder, { recursive: true })
  }

  try {
    await inLanes([...tasks(controlRounds, controlRound), ...tasks(folders, crash)])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const { told, lost, reordered, duplicated } = breaches
  const { lost: controlLost, ...without } = controls
  const finished = kinds.kill + kinds.power + kinds.fault
  const totals = { seed, rounds: finished, acknowledged, lost, reordered, duplicated }
  return { ...totals, controlLost, flips, kinds, control: without, seen, recovery, told }
}

/** What speaks against a run, as sentences. */
export function objectionsTo({ told, flips, controlLost }: CrashRun): readonly string[] {
  const objections = [...told]
  if (flips.served > 0) objections.push(`${flips.served} of ${flips.tried} turned bits were served`)
  if (controlLost === 0) {
    objections.push('the control has lost nothing without fsync: this run proves nothing')
  }
  return objections
}

const tasks = (length: number, task: (number: number) => Promise<void>) =>
  Array.from({ length }, (_none, number) => () => task(number))

async function inLanes(list: readonly (() => Promise<void>)[]): Promise<void> {
  const queue = list.values()
  const lane = async () => {
    for (const task of queue) await task()
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

const acknowledgedOf = ({ topics }: Rig) =>
  topics.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0)

/** Of 20 rounds nine end by kill -9, nine by a power cut and two by a fault of the disk. */
function kindOf(die: number): Kind {
  if (die <= 2) return 'fault'
  return die <= 11 ? 'kill' : 'power'
}

function addCounts<Name extends string>(
  sum: Record<Name, number>,
  more: Readonly<Record<Name, number>>,
): void {
  for (const name of Object.keys(sum) as Name[]) sum[name] += more[name]
}
