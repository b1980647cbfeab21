import { isGeneratorBound } from '../../../lab/http/gates.ts'
import { compareCost, type CostCase, type HttpRecord } from '../../../lab/http/record.ts'
import type { StackId } from '../../../lab/http/stacks.ts'
import { compareRounds, isUndecided, type Ratio } from '../../../lab/http/statistics.ts'
import { spread } from '../../../lab/record.ts'
import { formatRatio, joinWords } from './http.ts'
import { choices, nameOf } from './stacks.ts'

/** Requests in flight that keep every stack busy. */
const connections = 64

interface Load extends CostCase {
  /** The request, as in "one validated POST". */
  readonly request: string
}

/** The loads whose cost the site shows. */
export const loads = {
  post: { scene: 'post', connections, logs: false, request: 'validated POST' },
  get: { scene: 'get', connections, logs: false, request: 'GET by ID' },
  rejected: { scene: 'rejected', connections, logs: false, request: 'rejected POST' },
  logged: { scene: 'post', connections, logs: true, request: 'validated POST with its log line' },
} as const satisfies Record<string, Load>
export type LoadName = keyof typeof loads

/** What a request costs one stack. */
export interface Cost {
  readonly stack: StackId
  /** CPU time per request in µs, of every round. */
  readonly rounds: readonly number[]
  /** The geometric mean of the rounds with its 95% interval, in µs. */
  readonly micros: Ratio
  /** Requests in the CPU time of one on Express. `undefined` for Express itself. */
  readonly perExpress: Ratio | undefined
  /** Requests in a second of one core. `undefined` if the generator was the limit. */
  readonly perCoreSecond: number | undefined
}

/** The cost of a load on each stack that was measured under it. */
export function costsOf(
  { cost }: HttpRecord,
  load: LoadName,
  stacks: readonly StackId[] = choices,
): Cost[] {
  return stacks.flatMap((stack) => {
    const samples = cost.filter((sample) => sample.stack === stack && isOf(sample, loads[load]))
    if (samples.length === 0) return []
    const rounds = samples.map(({ cpuTime, requests }) => (cpuTime * 1000) / requests)
    const micros = compareRounds(rounds.map((round) => [round, 1]))
    return {
      stack,
      rounds,
      micros,
      perExpress:
        stack === 'express' ? undefined : compareCost(cost, stack, 'express', loads[load]),
      perCoreSecond: samples.some(isGeneratorBound) ? undefined : 1e6 / micros.ratio,
    }
  })
}

const isOf = (sample: CostCase, { scene, connections, logs }: CostCase) =>
  sample.scene === scene && sample.connections === connections && sample.logs === logs

/** How many times the CPU time of a base a stack takes for a request. */
export const timesAsMuch = (
  { cost }: HttpRecord,
  stack: StackId,
  base: StackId,
  load: LoadName = 'post',
): Ratio => compareCost(cost, base, stack, loads[load])

/** Says how many requests each stack answers in the CPU time of one on Express. */
export function describeCosts(record: HttpRecord, load: LoadName): string {
  const costs = costsOf(record, load)
  const express = costs.find(({ stack }) => stack === 'express')
  if (!express) return `What a ${loads[load].request} costs is unknown.`
  const others = costs.flatMap(({ stack, perExpress }) =>
    perExpress ? { name: nameOf(stack), ratio: perExpress } : [],
  )
  const decided = others.filter(({ ratio }) => !isUndecided(ratio))
  const cheaper = decided.filter(({ ratio }) => ratio.ratio > 1).sort(byRatio)
  const dearer = decided.filter(({ ratio }) => ratio.ratio < 1).sort(byRatio)
  const same = others.filter(({ ratio }) => isUndecided(ratio))
  const parts = [
    cheaper.length > 0 &&
      joinWords(
        cheaper.map(
          ({ name, ratio }, index) =>
            `${name}${index === 0 ? ' answers' : ''} ${formatRatio(ratio)}`,
        ),
      ),
    dearer.length > 0 &&
      `one on ${joinWords(dearer.map(({ name, ratio }, index) => `${index === 0 ? '' : 'on '}${name}${index === 0 ? ' takes' : ''} ${formatRatio(invert(ratio))}${index === 0 ? ' times as much' : ''}`))}`,
    same.length > 0 && `we found no difference to ${joinWords(same.map(({ name }) => name))}`,
  ].filter((part) => part !== false)
  return `In the CPU time of one ${loads[load].request} on Express (${formatMicros(express.micros.ratio)}), ${parts.join('; ')}. In parentheses: 95% intervals.`
}

const byRatio = (one: { ratio: Ratio }, other: { ratio: Ratio }) =>
  other.ratio.ratio - one.ratio.ratio

const invert = ({ ratio, low, high }: Ratio): Ratio => ({
  ratio: 1 / ratio,
  low: 1 / high,
  high: 1 / low,
})

/** Formats a CPU time in µs: "8.7 µs", "195 µs". */
export const formatMicros = (micros: number): string => `${micros.toFixed(micros < 100 ? 1 : 0)} µs`

/** The answer to "What does a request cost?" */
export const answerCost = (record: HttpRecord): string => describeCosts(record, 'post')

/** Resident memory of a stack in MiB, before the first load and after validated POSTs: the median of all rounds with the extremes. */
export function memoryOf({ cost }: HttpRecord, stack: StackId) {
  const samples = cost.filter((sample) => sample.stack === stack && isOf(sample, loads.post))
  return {
    stack,
    idle: spread(samples.map(({ idleMiB }) => idleMiB)),
    loaded: spread(samples.map(({ loadedMiB }) => loadedMiB)),
  }
}
