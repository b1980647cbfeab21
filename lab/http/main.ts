import { cpus, release, type } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { OptionError } from '../options.ts'
import { createProgress } from '../progress.ts'
import { readCommit, thisMachine } from '../record.ts'
import { compareGenerators, crossCheck, crossCheckRecord } from './cross-check/cross-check.ts'
import { checkSame, GateError } from './gates.ts'
import { openJournal } from './journal.ts'
import { printCost, printLatency } from './print.ts'
import {
  HttpResult,
  httpRecord,
  inputHash,
  inputs,
  pairRounds,
  type CostSample,
  type HttpRecord,
  type LatencySample,
} from './record.ts'
import {
  choices,
  floorCases,
  measureContract,
  measureCost,
  measureLatency,
  orderOf,
  type Run,
  type StackContract,
} from './run.ts'
import type { Scene } from './scenes.ts'
import { cores } from './server.ts'
import { stacks, type Build, type Stack, type StackId, type Toolbox } from './stacks.ts'

const full: HttpRecord['settings'] = {
  costRounds: 10,
  latencyRounds: 3,
  seconds: 2,
  latencySeconds: 3,
  warmUpSeconds: 3,
  rates: [500, 1_000, 2_000, 3_000, 4_500, 7_000],
  p99Limit: 50,
}

/** Runs everything once and shows that it works, also on a busy machine. Its figures say nothing. */
const quick: HttpRecord['settings'] = {
  ...full,
  costRounds: 1,
  latencyRounds: 1,
  seconds: 1,
  latencySeconds: 1,
  warmUpSeconds: 1,
  rates: [500, 1_000],
}

/** The programs that the lab needs, each as a path. Disposing removes the folders of the examples. */
export interface Programs extends Toolbox, AsyncDisposable {
  readonly wrk: string
  /** The load generator of the cross-check. @throws OptionError that says how to install it */
  findVegeta(): { readonly path: string; readonly version: string }
  /** The versions of all runtimes. */
  readonly versions: Omit<HttpRecord['versions'], 'node'>
  /** An empty folder of the repository's cache. */
  readonly cache: string
}

/**
 * `npm run lab -- http`: what a request costs each HTTP stack in CPU time, and how late the slowest requests are at fixed rates.
 * Needs Linux, two idle cores and wrk; Python and Rust for the stacks that use them.
 *
 *   npm run lab -- http                        everything: about an hour; a run that was stopped continues
 *   npm run lab -- http --quick                every stack and load once, with a debug build of Rust: about 4 minutes
 *   npm run lab -- http --only express,axum    only these stacks
 *   npm run lab -- http --record               also writes lab/http/record.json, if every gate passes
 *   npm run lab -- http --cross-check          compares the generator of fixed rates with Vegeta; --record writes the result
 */
export async function main(args: string[], openPrograms: () => Programs): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      record: { type: 'boolean', default: false },
      'cross-check': { type: 'boolean', default: false },
    },
  })
  const ids = chooseStacks(values.only)
  if (values.record && (values.quick || values.only)) {
    throw new OptionError('--record needs a full run: leave out --quick and --only')
  }
  if (process.platform !== 'linux' || cpus().length < 2) {
    throw new OptionError('The HTTP lab reads the accounting of Linux, and needs two cores.')
  }
  await using programs = openPrograms()
  if (values['cross-check']) return await runCrossCheck(programs, values.record)
  const commit = values.record ? readCommit(inputs) : ''
  const hash = inputHash()
  const settings = values.quick ? quick : full
  const build: Build = values.quick ? 'debug' : 'release'

  const prepared: Partial<Record<StackId, Stack>> = {}
  for (const id of ids) {
    console.log(`Preparing ${id}`)
    prepared[id] = await stacks[id](programs, build)
  }
  // This process reads the services' logs, so it leaves their core to them.
  await execa('taskset', ['-acp', String(cores.generator), String(process.pid)])
  const examples = Object.fromEntries(
    Object.values(prepared).map(({ example }) => [example.id, example.hash]),
  )
  const journal = openJournal<Sample>(join(programs.cache, 'http-lab.jsonl'), {
    hash,
    examples,
    settings,
    ids,
  })
  const progress = createProgress()
  const began = performance.now()
  const plan = planSteps(ids, settings, !values.quick)
  const todo = plan.filter(({ name }) => !journal.has(name))
  for (const [index, { name, take }] of todo.entries()) {
    const left = index === 0 ? '' : `, ${minutesLeft(began, index, todo.length)} min left`
    progress.show(plan.length - todo.length + index, plan.length, `${name}${left}`)
    const samples: Sample[] = []
    const run: Run = {
      wrk: programs.wrk,
      prepared,
      settings,
      isStrict: !values.quick,
      onContract: (contract) => samples.push({ contract }),
      onCost: (cost) => samples.push({ cost }),
      onLatency: (latency) => samples.push({ latency }),
      onRepeat: (repeat) => {
        progress.clear()
        console.log(repeat)
        samples.push({ repeat })
      },
    }
    await take(run)
    journal.add({ name, samples })
  }
  progress.clear()

  const all = journal.steps.flatMap(({ samples }) => samples)
  const cost = all.flatMap((sample) => sample.cost ?? [])
  const latency = all.flatMap((sample) => sample.latency ?? [])
  const contract = Object.fromEntries(
    all.flatMap((sample) =>
      sample.contract ? [[sample.contract.stack, sample.contract.result]] : [],
    ),
  )
  const repeated = all.filter((sample) => sample.repeat !== undefined).length
  printCost(cost, ids)
  printLatency(latency)
  console.log(`Samples that failed a gate: ${repeated}`)

  const { machine, versions } = thisMachine()
  const result = HttpResult.parse({
    schema: 1,
    command: 'npm run lab -- http --record',
    hash,
    examples,
    machine: { ...machine, system: `${type()} ${release()}` },
    versions: { ...versions, ...programs.versions },
    build,
    settings,
    contract,
    repeated,
    cost,
    latency,
  })
  if (!values.record) return
  for (const load of floorCases) {
    const problem = checkSame(pairRounds(cost, 'express-again', 'express', load))
    if (problem === undefined) continue
    journal.discard()
    throw new GateError(`${load.scene}: ${problem}. Run it again from the start.`)
  }
  httpRecord.write({ ...result, commit })
}

async function runCrossCheck(programs: Programs, isRecorded: boolean): Promise<void> {
  const vegeta = programs.findVegeta()
  const samples = []
  for (const id of crossCheck.stacks) {
    const stack = await stacks[id](programs)
    samples.push(...(await compareGenerators(vegeta.path, id, stack)))
  }
  console.table(samples)
  crossCheckRecord[isRecorded ? 'write' : 'compare']({
    schema: 1,
    command: 'npm run lab -- http --cross-check --record',
    ...thisMachine(),
    seconds: crossCheck.seconds,
    vegeta: vegeta.version,
    samples,
  })
}

/** The stacks that implement the whole contract. */
const services: readonly StackId[] = [...choices, 'express-node22', 'fastify-node22']

interface Sample {
  readonly contract?: StackContract
  readonly cost?: CostSample
  readonly latency?: LatencySample
  /** Why a sample was taken again. */
  readonly repeat?: string
}

/** @throws OptionError for an unknown stack */
function chooseStacks(only: string | undefined): StackId[] {
  const ids = Object.keys(stacks) as StackId[]
  if (!only) return ids
  return only.split(',').map((name) => {
    const id = ids.find((one) => one === name)
    if (id === undefined) {
      throw new OptionError(`--only ${name}: the stacks are ${ids.join(', ')}`)
    }
    return id
  })
}

/** The steps of a run. Rounds interleave the stacks, so that a slow minute of the machine reaches all of them. */
function planSteps(
  ids: readonly StackId[],
  settings: HttpRecord['settings'],
  withContract: boolean,
) {
  const steps: { name: string; take(run: Run): Promise<void> }[] = []
  for (const id of withContract ? services.filter((one) => ids.includes(one)) : []) {
    steps.push({ name: `contract of ${id}`, take: (run) => measureContract(run, id) })
  }
  for (let round = 1; round <= settings.costRounds; round++) {
    for (const id of orderOf(ids, round)) {
      const name = `cost of ${id}, round ${round}`
      steps.push({ name, take: (run) => measureCost(run, id, round) })
    }
  }
  const scenes: readonly Scene[] = ['post', 'quote']
  for (let round = 1; round <= settings.latencyRounds; round++) {
    for (const id of orderOf(
      choices.filter((one) => ids.includes(one)),
      round,
    )) {
      for (const scene of scenes) {
        const name = `latency of ${id}, ${scene}, round ${round}`
        steps.push({ name, take: (run) => measureLatency(run, id, scene, round) })
      }
    }
  }
  return steps
}

function minutesLeft(began: number, done: number, total: number): number {
  return Math.ceil(((performance.now() - began) / done / 60_000) * (total - done))
}
