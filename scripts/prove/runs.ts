/** Which runs of its contract make up the proof of an example. */
import { inProcess, overTcp } from '../../contracts/bus/adapters/lean.ts'
import { runBusContract } from '../../contracts/bus/run.ts'
import { runHttpContract } from '../../contracts/http/run.ts'
import type { CheckResult, ContractResult } from '../../contracts/run.ts'
import { nodeRuntimes, type Runtime } from '../../contracts/process/runtimes.ts'
import { runOnFailingKafka } from '../../lab/failing-brokers/kafka.ts'
import { kafkaVersion } from '../../servers/kafka/jars.ts'
import { runOnRestartedBroker } from '../../lab/failing-brokers/lean-bus.ts'
import type { FailingRun } from '../../lab/traffic.ts'
import type { Manifest } from '../../src/model/examples/manifest.ts'
import { findJava, type Tool } from '../find.ts'

/** The program to be checked: `argv`, installed in `directory`. */
export interface Subject {
  readonly directory: string
  readonly argv: readonly string[]
  /** Called after each check, to show progress. */
  readonly onResult?: (result: CheckResult) => void
}

/** A way in which a contract is run, on each runtime. */
export interface Way {
  /** What is there besides the runtime, or how it is run, as a proof names it: `dev broker`. */
  readonly beside?: string
  /** A program of the machine that it needs. */
  readonly needs?: Tool
  /** @throws Error when more than a check has failed */
  run(subject: Subject & { readonly runtime: Runtime }): Promise<ContractResult>
}

/** One run of a contract, to be recorded. */
export interface PlannedRun {
  /** The runtime by its full version, and how it is run: `Node 22.22.3, dev broker`. */
  readonly runtime: string
  run(subject: Subject): Promise<ContractResult>
}

/**
 * The runs that the proof of an example is made of, in their order.
 *
 * @throws Error with what to install, where something is missing
 */
export function plannedRuns(example: Contracted): readonly PlannedRun[] {
  return waysOf(example).flatMap((way) => {
    if (way.needs) pathOf(way.needs)
    return runtimes().map((runtime) => ({
      runtime: nameOf(runtime, way),
      run: (subject) => way.run({ ...subject, runtime }),
    }))
  })
}

/** A run in a proof: `Node 22.22.3, dev broker`. */
export function nameOf({ name }: Pick<Runtime, 'name'>, { beside }: Pick<Way, 'beside'>): string {
  return beside === undefined ? name : `${name}, ${beside}`
}

/** What every example is run on. @throws Error with what to install, where one is missing */
export function runtimes(): readonly Runtime[] {
  return nodeRuntimes().map((runtime) => {
    if (runtime.path === undefined) throw new Error(runtime.missing)
    return runtime
  })
}

/** What of a manifest says how its example is run. */
type Contracted = Pick<Manifest, 'contract' | 'system'>

/** All ways to run the contract of an example. @throws Error where nobody has said which these are */
export function waysOf({ contract, system }: Contracted): readonly Way[] {
  if (contract === 'http') return [{ run: runHttpContract }]
  const ways = buses[system]
  if (ways) return ways()
  throw new Error(`Nobody has said how a bus on ${system} is run: add it to scripts/prove/runs.ts.`)
}

/** By the system of the example. */
const buses: Readonly<Record<string, () => readonly Way[]>> = {
  Kafka() {
    const java = findJava()
    return [
      { beside: 'dev broker', run: runBusContract },
      {
        beside: `Kafka ${kafkaVersion}`,
        needs: java,
        run: async (subject) =>
          unharmed(await runOnFailingKafka({ ...subject, java: pathOf(java), count: 1 })),
      },
    ]
  },
  'Lean bus': () => [
    { beside: 'over TCP', run: (subject) => runBusContract({ ...subject, stand: overTcp }) },
    { beside: 'in process', run: (subject) => runBusContract({ ...subject, stand: inProcess }) },
    {
      beside: 'over TCP with restarts',
      run: async (subject) => unharmed(await runOnRestartedBroker(subject)),
    },
  ],
}

/** Fewer records beside the scenes would say nothing about what failing brokers do to them. */
const leastTraffic = 100

/** @throws Error that says what the records beside the scenes have suffered */
function unharmed(run: FailingRun): FailingRun {
  const { acknowledged, lost, reordered } = run
  if (lost.length > 0) throw new Error(`acknowledged and lost: ${lost.join(', ')}`)
  if (reordered.length > 0) throw new Error(`out of order: ${reordered.join(', ')}`)
  if (acknowledged >= leastTraffic) return run
  throw new Error(`only ${acknowledged} records were acknowledged while brokers failed`)
}

function pathOf(tool: Tool): string {
  if (tool.path === undefined) throw new Error(tool.missing)
  return tool.path
}
