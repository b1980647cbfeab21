/** Which runs of its contract make up the proof of an example. */
import { runBusContract } from '../../contracts/bus-run.ts'
import { runHttpContract } from '../../contracts/http-run.ts'
import type { CheckResult, ContractResult } from '../../contracts/run.ts'
import { nodeRuntimes, type Runtime } from '../../contracts/runtimes.ts'
import { runOnFailingKafka } from '../../lab/kafka/failing.ts'
import { kafkaVersion } from '../../lab/kafka/jars.ts'
import type { Manifest } from '../../src/examples/manifest.ts'
import { findJava, type Tool } from '../find.ts'

/** The program to be checked: `argv`, installed in `directory`. */
export interface Subject {
  readonly directory: string
  readonly argv: readonly string[]
  /** Called after each check, to show progress. */
  readonly onResult: (result: CheckResult) => void
}

/** One run of a contract, to be recorded. */
export interface PlannedRun {
  /** The runtime by its full version, and what runs beside it: `Node 22.22.3, dev broker`. */
  readonly runtime: string
  run(subject: Subject): Promise<ContractResult>
}

/**
 * The runs that a proof of this contract is made of, in their order: each is made on every runtime.
 *
 * @throws Error with what to install, where something is missing
 */
export function plannedRuns(contract: Manifest['contract']): readonly PlannedRun[] {
  return plans[contract](runtimes())
}

/** What every example is run on. @throws Error with what to install, where one is missing */
export function runtimes(): readonly Runtime[] {
  return nodeRuntimes().map((runtime) => {
    if (runtime.path === undefined) throw new Error(runtime.missing)
    return runtime
  })
}

const plans: Record<Manifest['contract'], (runtimes: readonly Runtime[]) => readonly PlannedRun[]> =
  {
    http: (runtimes) =>
      runtimes.map((runtime) => ({
        runtime: runtime.name,
        run: (subject) => runHttpContract({ ...subject, runtime }),
      })),

    bus(runtimes) {
      const java = pathOf(findJava())
      return [
        ...runtimes.map((runtime) => ({
          runtime: `${runtime.name}, dev broker`,
          run: (subject: Subject) => runBusContract({ ...subject, runtime }),
        })),
        ...runtimes.map((runtime) => ({
          runtime: `${runtime.name}, Kafka ${kafkaVersion}`,
          async run(subject: Subject) {
            const run = await runOnFailingKafka({ ...subject, runtime, java, count: 1 })
            if (run.lost.length === 0) return run
            throw new Error(`acknowledged and lost: ${run.lost.join(', ')}`)
          },
        })),
      ]
    },
  }

function pathOf(tool: Tool): string {
  if (tool.path === undefined) throw new Error(tool.missing)
  return tool.path
}
