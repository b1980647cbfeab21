/** Takes the samples of both experiments: stacks in turn in every round, each round in another order. */
import { setTimeout as sleep } from 'node:timers/promises'
import { runHttpContract } from '../../contracts/http/run.ts'
import { createRandom } from '../random.ts'
import {
  checkContract,
  checkCore,
  checkLittle,
  checkRate,
  GateError,
  isGeneratorBound,
} from './gates.ts'
import { loadAtRate } from './load-at-rate.ts'
import type { CostCase, CostSample, HttpRecord, LatencySample } from './record.ts'
import { requestOf, type Scene } from './scenes.ts'
import { cores, startServer, type Server } from './server.ts'
import type { Stack, StackId } from './stacks.ts'
import { runWrk } from './wrk.ts'

/** Requests in flight that keep every stack busy. */
const saturating = 64

const costCase = (scene: Scene, connections = saturating, logs = false): CostCase => ({
  scene,
  connections,
  logs,
})

/** The loads whose cost is measured on these. */
const allCases: readonly CostCase[] = [
  costCase('post'),
  costCase('get'),
  costCase('rejected'),
  ...[1, 10, 100, 1_000].map((connections) => costCase('quote', connections)),
  costCase('post', saturating, true),
]

/** The loads for the stacks that explain the others. */
export const floorCases: readonly CostCase[] = [costCase('post'), costCase('get')]

/** The stacks that readers choose from. */
export const choices: readonly StackId[] = ['express', 'fastify', 'fastapi', 'axum']

export const casesOf = (stack: StackId) => (choices.includes(stack) ? allCases : floorCases)

/** A sample is taken this often before the run ends without a record. */
const attempts = 10

/** A busy host is given this long before the next attempt, in ms. */
const pause = 5_000

/** More late requests than this mean that the generator was the limit. */
const lateLimit = 0.01

/** A single rate past the limit may be a stall of the machine, so the next one is tried as well. */
const misses = 2

export interface Run {
  readonly wrk: string
  readonly prepared: Readonly<Partial<Record<StackId, Stack>>>
  readonly settings: HttpRecord['settings']
  /** Whether a sample that fails a gate is taken again. Otherwise it is only reported. */
  readonly isStrict: boolean
  onContract(contract: StackContract): void
  /** Called with each sample of the cost experiment. */
  onCost(sample: CostSample): void
  onLatency(sample: LatencySample): void
  /** Called with the reason when a sample fails a gate. */
  onRepeat(reason: string): void
}

/** The result of the contract for one stack. */
export interface StackContract {
  readonly stack: StackId
  readonly result: { readonly passed: number; readonly total: number }
}

/**
 * Runs the HTTP contract on the build that is measured.
 *
 * @throws GateError if a check fails
 */
export async function measureContract(run: Run, stack: StackId): Promise<void> {
  const { checks } = await runHttpContract(preparedStack(run, stack))
  const problem = checkContract(checks)
  if (problem !== undefined) throw new GateError(`${stack} ${problem}`)
  run.onContract({ stack, result: { passed: checks.length, total: checks.length } })
}

/** The stacks of a round, in an order of its own. */
export function orderOf(stacks: readonly StackId[], round: number): StackId[] {
  const random = createRandom('http lab', 'order', round)
  const rest = [...stacks]
  return stacks.map(() => rest.splice(random.between(0, rest.length - 1), 1)[0] as StackId)
}

/**
 * Measures what requests cost one stack in one round.
 *
 * @throws GateError when a sample fails its gates again and again
 */
export async function measureCost(run: Run, stack: StackId, round: number): Promise<void> {
  for (const logs of [false, true]) {
    const cases = casesOf(stack).filter((one) => one.logs === logs)
    if (cases.length === 0) continue
    await using server = await startServer(preparedStack(run, stack), logs)
    const idleMiB = server.memoryMiB()
    await warmUp(run, server, 'post')
    for (const { scene, connections } of cases) {
      const sample = await passing(run, `${stack}, ${scene}, round ${round}`, async () => {
        // A full store drops its oldest orders, so each load has an order of its own.
        const request = requestOf(scene, await server.createOrder())
        // A request among many takes long, so that the ends of a short load would weigh much.
        const seconds = run.settings.seconds * (connections > 100 ? 3 : 1)
        const { result, cpuTime, use } = await server.measure(() =>
          runWrk(run.wrk, server.url, request, { connections, seconds, core: cores.generator }),
        )
        const { requests, duration, meanLatency, socketErrors, errorStatuses } = result
        const expectedErrors = request.status >= 400 ? requests : 0
        if (errorStatuses !== expectedErrors) {
          throw new GateError(
            `${stack}, ${scene}: ${errorStatuses} of ${requests} answers were errors instead of ${expectedErrors}. Run its contract.`,
          )
        }
        const stalled =
          socketErrors > 0 ? `${socketErrors} connections failed or timed out` : undefined
        const problem =
          checkCore(use) ??
          stalled ??
          (isGeneratorBound(use)
            ? undefined
            : checkLittle({
                connections,
                duration,
                requestsPerSecond: requests / duration,
                meanLatency,
              }))
        const measured = { requests, duration, meanLatency, cpuTime, ...use }
        return {
          problem,
          sample: {
            round,
            stack,
            scene,
            logs,
            connections,
            ...measured,
            idleMiB,
            loadedMiB: server.memoryMiB(),
          },
        }
      })
      run.onCost(sample)
    }
  }
}

/**
 * Measures latencies of one stack in one round, from the lowest rate up to two in a row whose p99 is past the limit, or to the
 * first that the generator can't keep.
 *
 * @throws GateError when a sample fails its gates again and again
 */
export async function measureLatency(
  run: Run,
  stack: StackId,
  scene: Scene,
  round: number,
): Promise<void> {
  const { p99Limit, rates, latencySeconds } = run.settings
  await using server = await startServer(preparedStack(run, stack), false)
  await warmUp(run, server, scene)
  let missed = 0
  for (const rate of rates) {
    const load = {
      ...{ rate, seconds: latencySeconds, seed: `${scene} ${round}` },
      arrivals: 'random',
    } as const
    const sample = await passing(
      run,
      `${stack}, ${scene} at ${rate}/s, round ${round}`,
      async () => {
        const { result, use } = await server.measure(() => loadAtRate(server, scene, load))
        const isBelowKnee = result.p99 <= p99Limit && result.late <= lateLimit
        const problem = checkCore(use) ?? (isBelowKnee ? checkRate(result) : undefined)
        return { problem, sample: { round, stack, scene, rate, ...result } }
      },
    )
    run.onLatency(sample)
    if (sample.late > lateLimit) return
    missed = sample.p99 > p99Limit ? missed + 1 : 0
    if (missed === misses) return
  }
}

/** Loads a service until its code is compiled. */
async function warmUp({ wrk, settings }: Run, server: Server, scene: Scene): Promise<void> {
  const load = { connections: saturating, seconds: settings.warmUpSeconds, core: cores.generator }
  await runWrk(wrk, server.url, requestOf(scene, await server.createOrder()), load)
}

function preparedStack({ prepared }: Run, id: StackId): Stack {
  const stack = prepared[id]
  if (!stack) throw new Error(`the stack ${id} is not prepared`)
  return stack
}

/** Takes a sample until it passes its gates. @throws GateError after ten attempts */
async function passing<T>(
  { isStrict, onRepeat }: Run,
  name: string,
  take: () => Promise<{ problem: string | undefined; sample: T }>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const { problem, sample } = await take()
    if (problem === undefined) return sample
    onRepeat(`${name}: ${problem}`)
    if (!isStrict) return sample
    if (attempt === attempts) throw new GateError(`${name}: ${problem}. Failed ${attempts} times.`)
    await sleep(pause)
  }
}
