/** How late the HTTP stacks answer at fixed rates, and the highest rate at which they answer in time. */
import { summarizeLatency, type HttpRecord, type LatencySample } from '../../../lab/http/record.ts'
import type { Scene } from '../../../lab/http/scenes.ts'
import { formatNumber } from '../../components/lab/record/format.ts'
import { joinWords } from './http.ts'
import { choices, nameOf, type Choice } from './stacks.ts'

/** The parts of the record that latencies depend on. */
export type Latencies = Pick<HttpRecord, 'latency' | 'settings'>

/** Where a load is sent and what it consists of. */
export interface Load {
  readonly stack: Choice
  readonly scene: Scene
}

/** When more requests than this were sent late, the generator was the limit. The runner stops a round at the same share. */
const lateLimit = 0.01

/** Share of requests that may fail while p99 still has a meaning. */
const failureLimit = 0.01

/** Latencies are counted from the intended send, so beyond this share of late requests even p50 says nothing of the service. */
const halfLate = 0.49

/** How one round ended. A single rate past the limit may be a stall of the machine, so a round continues to the next one. */
export interface Outcome {
  readonly round: number
  /** The highest rate with a p99 within the limit. 0: no rate. */
  readonly kept: number
  /** Lower rates whose p99 was past the limit. */
  readonly exceptions: readonly number[]
  /** What was past its limit at the next rate. `rates`: nothing, since there was no higher one. */
  readonly end: 'service' | 'generator' | 'rates'
}

/** The highest rate at which a stack keeps p99 within the limit. */
export interface Knee extends Load {
  /** The median of the rounds. undefined: nothing is known. 0: less than the lowest rate. */
  readonly rate: number | undefined
  /** Whether the true rate may be higher, because the rounds ended before the service did. */
  readonly isAtLeast: boolean
  /** The next rate that was tried, at which p99 was past the limit. undefined if the rate is a lower bound. */
  readonly missed: number | undefined
  readonly outcomes: readonly Outcome[]
}

const samplesOf = ({ latency }: Latencies, { stack, scene }: Load): LatencySample[] =>
  latency.filter((sample) => sample.stack === stack && sample.scene === scene)

/** What ends a round: p99 past the limit, requests without the right answer, or a generator that could not send in time. */
function endOf(
  { p50, p99, late, errors, offered }: LatencySample,
  { p99Limit, latencySeconds }: Latencies['settings'],
): 'service' | 'generator' | undefined {
  // A connection that is refused at once has a short latency. It isn't an answer.
  if (errors / (offered * latencySeconds) > failureLimit) return 'service'
  if (late <= lateLimit) return p99 > p99Limit ? 'service' : undefined
  // If half of the requests took too long and most were sent in time, the service was too slow for some of these.
  return p50 > p99Limit && late < halfLate ? 'service' : 'generator'
}

/** Whether the latencies of a sample are those of the service, not of a generator that was late. */
export const isOfService = (sample: LatencySample, settings: Latencies['settings']): boolean =>
  endOf(sample, settings) !== 'generator'

/** How each round of a load ended. */
export function listOutcomes(record: Latencies, load: Load): Outcome[] {
  const { settings } = record
  const rounds = Map.groupBy(samplesOf(record, load), ({ round }) => round)
  return [...rounds].map(([round, samples]) => {
    const rising = samples.toSorted((a, b) => a.rate - b.rate)
    const last = rising.findLastIndex((sample) => endOf(sample, settings) === undefined)
    const next = rising[last + 1]
    return {
      round,
      kept: rising[last]?.rate ?? 0,
      exceptions: rising
        .slice(0, Math.max(0, last))
        .filter((sample) => endOf(sample, settings) !== undefined)
        .map(({ rate }) => rate),
      end: (next && endOf(next, settings)) ?? 'rates',
    }
  })
}

/** Finds the highest rate at which a stack keeps p99 within the limit, as the median of the rounds. */
export function findKnee(record: Latencies, load: Load): Knee {
  const outcomes = listOutcomes(record, load)
  // A round that the service did not end has only a lower bound, so the median has one, too, unless it's the same with any value.
  const low = median(outcomes.map(({ kept }) => kept))
  const high = median(outcomes.map(({ kept, end }) => (end === 'service' ? kept : Infinity)))
  const isAtLeast = low !== high
  return {
    ...load,
    rate: isAtLeast && low === 0 ? undefined : low,
    isAtLeast,
    missed:
      isAtLeast || low === undefined ? undefined : record.settings.rates.find((rate) => rate > low),
    outcomes,
  }
}

/** The upper of the two in the middle, as `spread` has it. */
function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** The knee in words: `4,000/s`, `at least 6,000/s`, `less than 250/s` or `unknown`. */
export function formatKnee({ rate, isAtLeast }: Knee, rates: readonly number[]): string {
  if (rate === undefined) return 'unknown'
  if (rate === 0) return `less than ${formatNumber(Math.min(...rates))}/s`
  return `${isAtLeast ? 'at least ' : ''}${formatNumber(rate)}/s`
}

/** How a round ended in words: `4,000/s`, or `6,000/s, but not at 500, then the generator was late`. */
export function formatOutcome({ kept, exceptions, end }: Outcome): string {
  return [
    kept === 0 ? 'none' : `${formatNumber(kept)}/s`,
    exceptions.length > 0 &&
      `but not at ${joinWords(exceptions.map((rate) => formatNumber(rate)))}`,
    end === 'generator' && 'then the generator was late',
    end === 'rates' && 'the highest',
  ]
    .filter((part) => part !== false)
    .join(', ')
}

/** The latencies of a load at each rate that the generator could send, with every round. */
export function summarizeRates(record: Latencies, load: Load) {
  const { settings } = record
  const sent = samplesOf(record, load).filter((sample) => isOfService(sample, settings))
  const byRate = Map.groupBy(sent, ({ rate }) => rate)
  return [...byRate]
    .sort(([a], [b]) => a - b)
    .map(([rate, samples]) => {
      const summary = summarizeLatency(samples, rate)
      return {
        ...summary,
        p999: countOf(rate, settings) < leastForThousandth ? undefined : summary.p999,
        samples,
      }
    })
}

/** How many requests of a rate a round sends on average. */
const countOf = (rate: number, { latencySeconds }: Latencies['settings']) => rate * latencySeconds

/** In fewer requests, the slowest thousandth isn't even one of them. */
const leastForThousandth = 1_000

/** How many requests a p99.9 rests on, in a sentence or two. */
export function describeCounts({ settings }: Latencies): string {
  const { rates, latencyRounds, latencySeconds } = settings
  const shown = rates.filter((rate) => countOf(rate, settings) >= leastForThousandth)
  const [lowest, highest] = [Math.min(...shown), Math.max(...shown)]
  const slowest = (rate: number) => Math.floor(countOf(rate, settings) / 1_000)
  const hidden = rates.filter((rate) => !shown.includes(rate)).map((rate) => formatNumber(rate))
  return [
    `A round sends each rate for ${latencySeconds} s, and each figure is the median of ${latencyRounds} rounds.`,
    shown.length > 0 &&
      `The slowest thousandth of a round is ${slowest(lowest) === 1 ? 'one request' : `${slowest(lowest)} requests`} at ${formatNumber(lowest)} per second, and ${slowest(highest)} at ${formatNumber(highest)}.`,
    hidden.length > 0 &&
      `At ${joinWords(hidden)} a round has fewer than ${formatNumber(leastForThousandth)} requests, so there’s no p99.9.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(' ')
}

/** A value of each stack, lowest first. */
type Ranked = readonly { readonly stack: Choice; readonly value: number }[]

/** The latencies of all stacks at one rate that none of them has trouble with. */
export interface Comparison {
  readonly rate: number
  /** ms */
  readonly p50: Ranked
  /** ms */
  readonly p99: Ranked
}

/** The highest rate that every stack answers in time, by the median of its rounds. undefined if there is none. */
export function commonRate(record: Latencies, scene: Scene, stacks: readonly Choice[] = choices) {
  const rates = stacks.map((stack) => findKnee(record, { stack, scene }).rate ?? 0)
  return rates.every((rate) => rate > 0) ? Math.min(...rates) : undefined
}

/**
 * Compares all stacks at a rate well below every knee: the highest that is at most half of the rate that all of them answer in
 * time, or the lowest of all rates.
 */
export function compareBelowKnees(record: Latencies, scene: Scene): Comparison | undefined {
  const common = commonRate(record, scene)
  if (common === undefined) return undefined
  const { rates } = record.settings
  const rate = Math.max(Math.min(...rates), ...rates.filter((one) => one <= common / 2))
  const rank = (percentile: 'p50' | 'p99') =>
    choices
      .flatMap((stack) => {
        const summary = summarizeRates(record, { stack, scene }).find((one) => one.rate === rate)
        return summary ? [{ stack, value: summary[percentile].median }] : []
      })
      .sort((a, b) => a.value - b.value)
  return { rate, p50: rank('p50'), p99: rank('p99') }
}

/** How many decimals a time in ms has: two significant digits, and at least whole ones. */
export const digitsOf = (ms: number): number => (ms >= 10 ? 0 : ms >= 1 ? 1 : 2)

const formatMs = (ms: number) => formatNumber(ms, digitsOf(ms))

/** The answer to "How late is the slowest one?", with its uncertainty. */
export const answerLatency = (record: Latencies): string => describeKnees(record, 'post')

/** Says up to which rate each stack keeps p99 within the limit, and how far the rounds agree. */
export function describeKnees(record: Latencies, scene: Scene): string {
  const { p99Limit, rates } = record.settings
  const knees = choices.map((stack) => findKnee(record, { stack, scene }))
  const groups = Map.groupBy(knees, (knee) => describeKnee(knee, rates))
  const parts = [...groups].map(
    ([words, stacks]) => `${joinWords(stacks.map(({ stack }) => nameOf(stack)))} ${words}`,
  )
  return `On one core, p99 stays within ${p99Limit} ms for ${parts.join('; for ')}. ${describeRounds(knees)}`
}

/** Says up to which rate, as the rest of a sentence that begins with stacks. */
export function describeKnee(knee: Knee, rates: readonly number[]): string {
  const { rate, isAtLeast, missed, outcomes } = knee
  if (rate === undefined) return 'up to a rate that we don’t know'
  if (rate === 0) return `not even at ${formatNumber(Math.min(...rates))} requests per second`
  if (!isAtLeast) {
    const next = missed === undefined ? '' : ` and no longer at ${formatNumber(missed)}`
    return `up to ${formatNumber(rate)} requests per second${next}`
  }
  const why = outcomes.some(({ end }) => end === 'generator')
    ? 'where our generator reaches its limit'
    : 'the highest rate that we tried'
  return `up to at least ${formatNumber(rate)} requests per second, ${why}`
}

/** How far the rounds agree. */
function describeRounds(knees: readonly Knee[]): string {
  const count = Math.max(...knees.map(({ outcomes }) => outcomes.length))
  const differing = knees.flatMap(({ stack, outcomes }) => {
    const kept = outcomes.map((outcome) => outcome.kept)
    const [low, high] = [Math.min(...kept), Math.max(...kept)]
    return low < high ? [`${nameOf(stack)} ${formatNumber(low)}–${formatNumber(high)}`] : []
  })
  if (count <= 1) return 'This rests on a single round.'
  return differing.length === 0
    ? `All ${count} rounds agree.`
    : `These are medians of ${count} rounds, which differ: ${joinWords(differing)}.`
}

/** How far apart the stacks are well below their knees, in a sentence. Says so if there's no such rate. */
export function describeBelowKnees(record: Latencies, scene: Scene): string {
  const comparison = compareBelowKnees(record, scene)
  if (!comparison) return 'There is no rate that all of them answer in time.'
  const { rate, p50, p99 } = comparison
  return `At ${formatNumber(rate)} requests per second, p50 is ${describeRange(p50)}, and p99 is ${describeRange(p99)}.`
}

function describeRange(ranked: Ranked): string {
  const [first, last] = [ranked[0], ranked.at(-1)]
  if (!first || !last) return 'unknown'
  if (formatMs(first.value) === formatMs(last.value))
    return `${formatMs(first.value)} ms in all of them`
  return `${formatMs(first.value)} ms (${nameOf(first.stack)}) to ${formatMs(last.value)} ms (${nameOf(last.stack)})`
}
