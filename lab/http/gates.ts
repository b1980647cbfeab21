/**
 * The conditions that a measurement must meet. Public benchmarks have published results that break each of them, for example
 * latencies that contradict the throughput (the-benchmarker/web-frameworks #9775).
 */
import type { CheckResult } from '../../contracts/run.ts'
import { compareRounds, isUndecided } from './statistics.ts'

/** A gate refuses to record. The message says which, and what to do. */
export class GateError extends Error {
  override readonly name = 'GateError'
}

/** Fails a stack that does not meet the contract. What it answers then is not the work that the others do. */
export function checkContract(checks: readonly CheckResult[]) {
  const failed = checks.filter(({ passed }) => !passed)
  const [first] = failed
  if (first === undefined) return undefined
  return `fails ${failed.length} of ${checks.length} checks of the contract: "${first.name}": ${first.error}`
}

/** A run of a closed-loop generator, which keeps a fixed number of requests in flight. */
export interface ClosedLoop {
  readonly connections: number
  /** s */
  readonly duration: number
  readonly requestsPerSecond: number
  /** ms */
  readonly meanLatency: number
}

/** Largest relative error of Little's law: requests in flight = throughput × mean latency. */
const littleLimit = 0.1

/**
 * Fails a closed-loop sample whose throughput and latency contradict each other. The generator doesn't count the requests that
 * its end cut off, one per connection, which had waited for half of a latency on average.
 */
export function checkLittle(sample: ClosedLoop) {
  const { connections, duration, requestsPerSecond, meanLatency } = sample
  const cutOff = connections / 2 / duration
  const inFlight = ((requestsPerSecond + cutOff) * meanLatency) / 1000
  if (Math.abs(inFlight / connections - 1) <= littleLimit) return undefined
  return `throughput × latency gives ${inFlight.toFixed(1)} requests in flight instead of ${connections}: the service or the generator stalled, so repeat it on an idle machine`
}

/** A run of an open-loop generator, which sends at fixed times. */
export interface OpenLoop {
  /** Requests per second. */
  readonly offered: number
  /** Responses per second. */
  readonly achieved: number
}

const rateLimit = 0.01

/** Fails an open-loop sample that did not reach its rate. Above the knee of a stack, none does. */
export function checkRate({ offered, achieved }: OpenLoop) {
  if (Math.abs(achieved / offered - 1) <= rateLimit) return undefined
  return `${achieved.toFixed(0)} of ${offered} requests per second were answered: the rate is past what the service or the generator can do`
}

/** Use of the two cores during a sample, from 0 to 1. */
export interface CoreUse {
  /** Time of other processes on the core of the service. */
  readonly foreign: number
  /** Time that the hypervisor gave to other machines. */
  readonly steal: number
  /** The core of the generator. */
  readonly generator: number
}

const foreignLimit = 0.05
/** Time that the hypervisor takes isn't counted as CPU time of a process (Linux, CONFIG_PARAVIRT_TIME_ACCOUNTING). */
const stealLimit = 0.05
const generatorLimit = 0.9

/** Fails a sample during which something else used the core of the service. */
export function checkCore({ foreign, steal }: CoreUse) {
  if (foreign >= foreignLimit) {
    return `other processes used ${percent(foreign)} of the service's core: end them and repeat`
  }
  if (steal >= stealLimit) {
    return `the hypervisor took ${percent(steal)} of the service's core: repeat when the host is idle`
  }
  return undefined
}

/** Whether the generator, not the service, was the limit. Such a sample says nothing about throughput or latency. */
export function isGeneratorBound({ generator }: CoreUse): boolean {
  return generator >= generatorLimit
}

/** Fails a run in which the same stack, entered twice, differs from itself. */
export function checkSame(pairs: readonly (readonly [number, number])[]) {
  const ratio = compareRounds(pairs)
  if (isUndecided(ratio)) return undefined
  return `the same stack entered twice differs: ${ratio.ratio.toFixed(3)} (${ratio.low.toFixed(3)}–${ratio.high.toFixed(3)}). Something favors one position, so nothing can be recorded`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}
