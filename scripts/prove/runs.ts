/** The runs of a contract that make up the test result of an example. */
import { openInProcessBroker } from '../../contracts/bus/test-beds/lean.ts'
import { testBeds } from '../../contracts/bus/test-beds/index.ts'
import { runBusContract, type BusOptions } from '../../contracts/bus/run.ts'
import { runHttpContract } from '../../contracts/http/run.ts'
import { runtimesOf, type Runtime, type Toolchain } from '../../contracts/process/runtimes.ts'
import type { ContractResult } from '../../contracts/run.ts'
import { runOnFailingKafka } from '../../lab/failing-brokers/kafka.ts'
import { runOnRestartedBroker } from '../../lab/failing-brokers/lean-bus.ts'
import type { FailingRun } from '../../lab/failing-brokers/traffic.ts'
import { kafkaVersion } from '../../servers/kafka/jars.ts'
import { findJava, requirePath, type Tool } from '../find.ts'

/** An installed example on a runtime. */
type Subject = Omit<BusOptions, 'openTestBed'>

/** One of the settings in which a contract runs. */
export interface Variant {
  /** The name in a test result, after the runtime: `dev broker`. */
  readonly name?: string
  /** A program that has to be installed. */
  readonly needs?: Tool
  /** Whether one runtime is enough, because another variant has shown the example on each of them. */
  readonly isOnLastRuntime?: boolean
  /** @throws Error for a failure that is not the failure of a check */
  run(subject: Subject): Promise<ContractResult>
}

export interface PlannedRun {
  /** The full version of the runtime, and the variant: `Node 22.22.3, dev broker`. */
  readonly runtime: string
  run(subject: Omit<Subject, 'runtime'>): Promise<ContractResult>
}

/** The fields of a manifest that decide which runs an example needs. */
export type ContractChoice =
  | { readonly contract: 'http'; readonly runtime: Toolchain }
  | {
      readonly contract: 'bus'
      readonly runtime: Toolchain
      readonly adapter: keyof typeof busVariants
    }

/**
 * The runs for the test result of an example, in their order.
 *
 * @throws Error with what to install, when a program is missing
 */
export function planRuns(choice: ContractChoice): readonly PlannedRun[] {
  return variantsOf(choice).flatMap((variant) => {
    if (variant.needs) requirePath(variant.needs)
    return selectRuntimes(variant, requireRuntimes(choice.runtime)).map((runtime) => ({
      runtime: formatRunName(runtime, variant),
      run: (subject) => variant.run({ ...subject, runtime }),
    }))
  })
}

/** Those of these runtimes on which a variant runs. */
export function selectRuntimes<T>(variant: Variant, runtimes: readonly T[]): readonly T[] {
  return variant.isOnLastRuntime ? runtimes.slice(-1) : runtimes
}

/** The name of a run in a test result: `Node 22.22.3, dev broker`. */
export function formatRunName(runtime: Pick<Runtime, 'name'>, variant: Variant): string {
  return variant.name === undefined ? runtime.name : `${runtime.name}, ${variant.name}`
}

/** @throws Error with what to install, when a runtime is missing */
export function requireRuntimes(toolchain: Toolchain): readonly Runtime[] {
  return runtimesOf(toolchain).map((runtime) => {
    if (runtime.path === undefined) throw new Error(runtime.missing)
    return runtime
  })
}

export function variantsOf(choice: ContractChoice): readonly Variant[] {
  return choice.contract === 'http' ? [{ run: runHttpContract }] : busVariants[choice.adapter]()
}

const busVariants = {
  kafka() {
    const java = findJava()
    return [
      {
        name: 'dev broker',
        run: (subject) => runBusContract({ ...subject, openTestBed: testBeds.kafka }),
      },
      {
        name: `Kafka ${kafkaVersion}`,
        needs: java,
        isOnLastRuntime: true,
        run: async (subject) =>
          requireNoLoss(await runOnFailingKafka({ ...subject, java: requirePath(java), count: 1 })),
      },
    ]
  },
  lean: () => [
    {
      name: 'over TCP',
      run: (subject) => runBusContract({ ...subject, openTestBed: testBeds.lean }),
    },
    {
      name: 'in process',
      isOnLastRuntime: true,
      run: (subject) => runBusContract({ ...subject, openTestBed: openInProcessBroker }),
    },
    {
      name: 'over TCP with restarts',
      isOnLastRuntime: true,
      run: async (subject) => requireNoLoss(await runOnRestartedBroker(subject)),
    },
  ],
} satisfies Record<keyof typeof testBeds, () => readonly Variant[]>

/** Fewer records than this show nothing about failing brokers. */
const minTraffic = 100

/** @throws Error that names the records that were lost or out of order */
function requireNoLoss(run: FailingRun): FailingRun {
  const { acknowledged, lost, reordered } = run
  if (lost.length > 0) throw new Error(`acknowledged and lost: ${lost.join(', ')}`)
  if (reordered.length > 0) throw new Error(`out of order: ${reordered.join(', ')}`)
  if (acknowledged >= minTraffic) return run
  throw new Error(
    `only ${acknowledged} records were acknowledged while brokers failed; ${minTraffic} are needed`,
  )
}
