import { isGeneratorBound } from '../../../lab/http/gates.ts'
import {
  compareCost,
  cpuPerRequest,
  type CostCase,
  type CostSample,
  type HttpRecord,
} from '../../../lab/http/record.ts'
import type { StackId } from '../../../lab/http/stacks.ts'
import { compareRounds, isUndecided, type Ratio } from '../../../lab/http/statistics.ts'
import { spread } from '../../../lab/record.ts'
import { formatRatio, invertRatio, joinWords, nameInterval } from './http.ts'
import { choices, floors, nameOf, type Choice } from './stacks.ts'

/** Requests in flight that keep every stack busy. */
const connections = 64

/** The loads whose cost the site shows. */
export const loads = {
  post: { scene: 'post', connections, logs: false, request: 'validated POST' },
  get: { scene: 'get', connections, logs: false, request: 'GET by ID' },
  rejected: { scene: 'rejected', connections, logs: false, request: 'rejected POST' },
  logged: { scene: 'post', connections, logs: true, request: 'validated POST with its log line' },
} as const satisfies Record<string, CostCase & { request: string }>
export type Load = keyof typeof loads

/** What a request costs one stack. */
export interface Cost {
  readonly stack: StackId
  /** CPU time per request in µs, of every round. */
  readonly rounds: readonly number[]
  /** The geometric mean of the rounds with its 95% interval, in µs. */
  readonly micros: Ratio
  /** Requests in the CPU time of one on Express. `undefined` for Express itself. */
  readonly perExpress: Ratio | undefined
  /** Requests in a second of one core. `undefined` if the generator was the limit in a round. */
  readonly perCoreSecond: number | undefined
}

const samplesOf = ({ cost }: HttpRecord, stack: StackId, load: Load): CostSample[] => {
  const { scene, connections, logs } = loads[load]
  return cost.filter(
    (sample) =>
      sample.stack === stack &&
      sample.scene === scene &&
      sample.connections === connections &&
      sample.logs === logs,
  )
}

/** The cost of a load on each of these stacks that was measured under it. */
export function costsOf(
  record: HttpRecord,
  load: Load,
  stacks: readonly StackId[] = choices,
): Cost[] {
  return stacks.flatMap((stack) => {
    const samples = samplesOf(record, stack, load)
    if (samples.length === 0) return []
    const rounds = samples.map(cpuPerRequest)
    const micros = compareRounds(rounds.map((round) => [round, 1]))
    return {
      stack,
      rounds,
      micros,
      perExpress: stack === 'express' ? undefined : timesAsMuch(record, 'express', stack, load),
      perCoreSecond: samples.some(isGeneratorBound) ? undefined : 1e6 / micros.ratio,
    }
  })
}

/** The CPU time of a request on one stack, as a multiple of that on another. */
export const timesAsMuch = (
  { cost }: HttpRecord,
  stack: StackId,
  other: StackId,
  load: Load = 'post',
): Ratio => compareCost(cost, other, stack, loads[load])

/** Formats a CPU time: "8.7 µs", "195 µs". */
export const formatMicros = (micros: number): string => `${toDigits(micros)} µs`

const toDigits = (micros: number) => micros.toFixed(micros < 100 ? 1 : 0)

/** The answer to "What does a request cost?" */
export const answerCost = (record: HttpRecord): string => compareWithExpress(record, 'post')

/** Says how many requests the other stacks answer in the CPU time of one on Express. */
export function compareWithExpress(record: HttpRecord, load: Load): string {
  const costs = costsOf(record, load)
  const express = costs.find(({ stack }) => stack === 'express')
  const { request } = loads[load]
  if (!express) return `What a ${request} costs was not measured.`
  const others = costs
    .flatMap(({ stack, perExpress: ratio }) => (ratio ? { name: nameOf(stack), ratio } : []))
    .sort((one, other) => other.ratio.ratio - one.ratio.ratio)
  const same = others.filter(({ ratio }) => isUndecided(ratio))
  const cheaper = others.filter((one) => !same.includes(one) && one.ratio.ratio > 1)
  const dearer = others.filter((one) => !same.includes(one) && one.ratio.ratio < 1)
  const parts = [
    cheaper.map(({ name, ratio }, index) =>
      index === 0 ? `${name} answers ${formatRatio(ratio)}` : `${name} ${formatRatio(ratio)}`,
    ),
    dearer.map(({ name, ratio }, index) =>
      index === 0
        ? `one on ${name} takes ${formatRatio(invertRatio(ratio))} times as much`
        : `on ${name} ${formatRatio(invertRatio(ratio))} times`,
    ),
    same.map(({ name }, index) =>
      index === 0 ? `we found no difference between Express and ${name}` : name,
    ),
  ]
    .filter((part) => part.length > 0)
    .map(joinWords)
  const { ratio } = express.micros
  const answers = `In the CPU time of one ${request} on Express, ${formatMicros(ratio)}, ${parts.join('; ')}.`
  return nameInterval(answers)
}

/** Says what a validated POST costs one stack, and compares it with others. */
export function describeStack(
  record: HttpRecord,
  stack: Choice,
  others: readonly StackId[],
): string {
  const [cost] = costsOf(record, 'post', [stack])
  if (!cost) return `What a request costs ${nameOf(stack)} was not measured.`
  const { ratio, low, high } = cost.micros
  const parts = others.map((other) => compareTwo(record, stack, other))
  return nameInterval(
    `A validated POST takes ${formatMicros(ratio)} (${toDigits(low)}–${toDigits(high)}) of CPU time on ${nameOf(stack)}; ${parts.join('; ')}.`,
  )
}

/** Compares the CPU time of a load on two stacks, as a clause. */
function compareTwo(record: HttpRecord, one: StackId, other: StackId, load?: Load): string {
  const ratio = timesAsMuch(record, one, other, load)
  if (isUndecided(ratio))
    return `we found no difference between ${nameOf(one)} and ${nameOf(other)}`
  return ratio.ratio > 1
    ? `${nameOf(one)} takes ${formatRatio(ratio)} times the CPU time of ${nameOf(other)}`
    : `${nameOf(other)} takes ${formatRatio(invertRatio(ratio))} times the CPU time of ${nameOf(one)}`
}

/** Says how much CPU time a newer version of Node saves. */
export function describeUpgrade(record: HttpRecord, stack: 'express' | 'fastify'): string {
  const older = timesAsMuch(record, `${stack}-node22`, stack)
  const name = nameOf(stack)
  const [from, to] = [record.versions.node22, record.versions.node].map(
    (version) => `Node ${version.split('.')[0]}`,
  )
  if (isUndecided(older)) return `For ${name}, we found no difference between ${from} and ${to}.`
  const [high, low, ratio] = older.ratio > 1 ? [from, to, older] : [to, from, invertRatio(older)]
  return nameInterval(
    `A validated POST on ${name} takes ${formatRatio(ratio)} times as much CPU time on ${high} as on ${low}.`,
  )
}

/** Says what each framework adds to a program without it. */
export function describeFloors(record: HttpRecord, load: Load = 'post'): string {
  const parts = floors.map(({ stack, under }) => compareTwo(record, under, stack, load))
  return nameInterval(`For a ${loads[load].request}, ${parts.join('; ')}.`)
}

/** Says how much CPU time the request log adds. */
export function describeLogs(record: HttpRecord): string {
  const parts = choices.flatMap((stack) => {
    const silent = new Map(samplesOf(record, stack, 'post').map((one) => [one.round, one]))
    const pairs = samplesOf(record, stack, 'logged').flatMap((sample) => {
      const other = silent.get(sample.round)
      return other ? [[cpuPerRequest(sample), cpuPerRequest(other)] as const] : []
    })
    return pairs.length > 0 ? `${formatRatio(compareRounds(pairs))} on ${nameOf(stack)}` : []
  })
  return nameInterval(
    `With its log line, a validated POST takes this many times the CPU time without: ${joinWords(parts)}.`,
  )
}

/** Says which stack to choose if CPU time decides. */
export function describeChoice(record: HttpRecord): string {
  const express = timesAsMuch(record, 'express', 'fastify')
  const [cheap, dear] =
    express.ratio > 1 ? (['fastify', 'express'] as const) : (['express', 'fastify'] as const)
  const typescript = isUndecided(express)
    ? 'CPU time decides nothing'
    : `${nameOf(cheap)} is the cheaper one`
  const python = compareTwo(record, 'fastapi', cheap)
  const rust = compareTwo(record, cheap, 'axum')
  return nameInterval(
    `In TypeScript, ${typescript}: ${compareTwo(record, dear, cheap)}. For Python, ${python}. For Rust, ${rust}.`,
  )
}

/** Says how busy each stack keeps one core at a rate of validated POSTs. */
export function describeBusy(record: HttpRecord, perSecond: number): string {
  const parts = costsOf(record, 'post').map(({ stack, micros }) => {
    const percent = (micros.ratio * perSecond) / 1e4
    return `${nameOf(stack)} ${percent.toFixed(percent < 10 ? 1 : 0)}%`
  })
  return `${perSecond} validated POSTs per second keep one core busy for this share of the time: ${joinWords(parts)}.`
}

const otherThanAxum = choices.filter((stack) => stack !== 'axum')

/** Says how much less CPU time a validated POST takes on axum than on each other stack. */
export function describeSavings(record: HttpRecord): string {
  const ratios = otherThanAxum.map((base) => ({
    name: nameOf(base),
    ratio: timesAsMuch(record, base, 'axum'),
  }))
  const same = ratios.filter(({ ratio }) => isUndecided(ratio)).map(({ name }) => name)
  const parts = ratios
    .filter(({ ratio }) => !isUndecided(ratio))
    .map(({ name, ratio: { ratio, low, high } }, index) => {
      const [share, ...interval] = [ratio, low, high].map((it) =>
        Math.round(100 * Math.abs(1 - 1 / it)),
      )
      const range = interval.toSorted((one, other) => one - other).join('–')
      const unit = index === 0 ? ' CPU time' : ''
      return `${share}% (${range}%) ${ratio > 1 ? 'less' : 'more'}${unit} than ${name}`
    })
  if (parts.length === 0) {
    return `For a validated POST, we found no difference between axum and ${joinWords(same)}.`
  }
  const rest = same.length > 0 ? `; we found no difference to ${joinWords(same)}` : ''
  return nameInterval(`For a validated POST, axum takes ${joinWords(parts)}${rest}.`)
}

/** Whether axum saves at least this share of the CPU time of all other stacks, of some, or of none, whatever the uncertainty. */
export function countSavings(record: HttpRecord, share: number): 'all' | 'some' | 'none' {
  const saving = otherThanAxum.filter(
    (base) => timesAsMuch(record, base, 'axum').low >= 1 / (1 - share),
  )
  if (saving.length === otherThanAxum.length) return 'all'
  return saving.length > 0 ? 'some' : 'none'
}

/** Resident memory of a stack in MiB, before the first load and after validated POSTs, over all rounds. */
export function memoryOf(record: HttpRecord, stack: StackId) {
  const samples = samplesOf(record, stack, 'post')
  return {
    stack,
    idle: spread(samples.map(({ idleMiB }) => idleMiB)),
    loaded: spread(samples.map(({ loadedMiB }) => loadedMiB)),
  }
}
