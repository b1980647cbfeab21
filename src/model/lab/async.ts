/** What the HTTP stacks do while most of a request is waiting: the quote, which asks two services that are 20 ms away. */
import { isGeneratorBound } from '../../../lab/http/gates.ts'
import {
  cpuPerRequest,
  summarizeCost,
  type CostSample,
  type HttpRecord,
} from '../../../lab/http/record.ts'
import { compareRounds, isUndecided, type Ratio } from '../../../lab/http/statistics.ts'
import { spread } from '../../../lab/record.ts'
import { formatNumber } from '../../components/lab/record/format.ts'
import { invertRatio, joinWords, nameInterval } from './http.ts'
import { commonRate, findKnee, formatKnee, isOfService, type Latencies } from './latency.ts'
import { choices, nameOf, type Choice } from './stacks.ts'

/** How long each of the two services takes, in s. They are asked at the same time. */
const waiting = 0.02

/** Requests per second if a request took nothing but the waiting. */
export const idealRate = (connections: number): number => connections / waiting

const caseOf = (connections: number) => ({ scene: 'quote', connections, logs: false }) as const

/** The numbers of requests in flight that were measured, lowest first. */
export function listConnections({ cost }: Pick<HttpRecord, 'cost'>): number[] {
  const quotes = cost.filter(({ scene, logs }) => scene === 'quote' && !logs)
  return [...new Set(quotes.map(({ connections }) => connections))].sort((a, b) => a - b)
}

/** What one core does with a number of requests in flight. */
export interface Throughput {
  readonly stack: Choice
  readonly connections: number
  /** Requests per second of each round. */
  readonly rounds: readonly number[]
  /** Whether the generator was the limit in a round. Then the rate isn't that of the service. */
  readonly isGeneratorBound: boolean
  /** CPU time per request in µs. */
  readonly micros: ReturnType<typeof summarizeCost>
}

/** Summarizes the quotes that a stack answered with a number of requests in flight. undefined if it wasn't measured. */
export function summarizeThroughput(
  { cost }: Pick<HttpRecord, 'cost'>,
  stack: Choice,
  connections: number,
): Throughput | undefined {
  const samples = selectQuotes(cost, stack, connections)
  if (samples.length === 0) return undefined
  return {
    stack,
    connections,
    rounds: samples.map(perSecond),
    isGeneratorBound: samples.some(isGeneratorBound),
    micros: summarizeCost(cost, stack, caseOf(connections)),
  }
}

const perSecond = ({ requests, duration }: CostSample) => requests / duration

const selectQuotes = (cost: readonly CostSample[], stack: Choice, connections: number) =>
  cost.filter(
    (sample) =>
      sample.stack === stack &&
      sample.scene === 'quote' &&
      sample.connections === connections &&
      !sample.logs,
  )

/** The samples of each round in which both were taken. */
function pairRounds<S extends { readonly round: number }>(
  samples: readonly S[],
  others: readonly S[],
): [S, S][] {
  return samples.flatMap((sample) => {
    const other = others.find(({ round }) => round === sample.round)
    return other ? [[sample, other] as [S, S]] : []
  })
}

/** How two stacks differ with a number of requests in flight. Above 1, the first has more. */
export interface Lead {
  readonly connections: number
  /** Requests per second, or undefined where the generator was the limit. */
  readonly throughput: Ratio | undefined
  /** CPU time per request. */
  readonly cpu: Ratio
}

/** Compares two stacks, round by round. undefined if they have no round in common. */
export function compareThroughput(
  { cost }: Pick<HttpRecord, 'cost'>,
  stack: Choice,
  base: Choice,
  connections: number,
): Lead | undefined {
  const pairs = pairRounds(
    selectQuotes(cost, stack, connections),
    selectQuotes(cost, base, connections),
  )
  if (pairs.length === 0) return undefined
  const compare = (value: (sample: CostSample) => number) =>
    compareRounds(pairs.map(([one, other]) => [value(one), value(other)] as const))
  return {
    connections,
    throughput: pairs.flat().some(isGeneratorBound) ? undefined : compare(perSecond),
    cpu: compare(cpuPerRequest),
  }
}

/** The latencies of two stacks at one rate, as ratios. Above 1, the first is later. */
export interface LatencyRatios {
  /** Requests per second. */
  readonly rate: number
  readonly p50: Ratio
  readonly p99: Ratio
}

/** Compares the latencies of quotes of two stacks at each rate that both were sent in time, lowest first. */
export function compareLatencies(
  { latency, settings }: Latencies,
  stack: Choice,
  base: Choice,
): LatencyRatios[] {
  return settings.rates.flatMap((rate) => {
    const samples = latency.filter(
      (sample) => sample.scene === 'quote' && sample.rate === rate && isOfService(sample, settings),
    )
    const [these, others] = [stack, base].map((id) => samples.filter((it) => it.stack === id))
    const pairs = pairRounds(these ?? [], others ?? [])
    if (pairs.length === 0) return []
    const compare = (percentile: 'p50' | 'p99') =>
      compareRounds(pairs.map(([one, other]) => [one[percentile], other[percentile]] as const))
    return [{ rate, p50: compare('p50'), p99: compare('p99') }]
  })
}

/** The answer to "Does async help?", with its uncertainty. */
export const answerAsync = (record: HttpRecord): string =>
  nameInterval([describeGain(record), describeLead(record)].filter(Boolean).join(' '))

/** How many times as many requests a core answers while many are in flight instead of one, on each stack. */
export function describeGain({ cost }: Pick<HttpRecord, 'cost'>): string {
  const [one, ...more] = listConnections({ cost })
  const many = more.findLast((connections) => isWaiting(cost, connections)) ?? more[0]
  if (one === undefined || many === undefined) return ''
  const gains = choices
    .flatMap((stack) => {
      const samples = selectQuotes(cost, stack, many)
      const pairs = pairRounds(samples, selectQuotes(cost, stack, one))
      if (pairs.length === 0 || samples.some(isGeneratorBound)) return []
      return [{ stack, ratio: compareRounds(pairs.map(([a, b]) => [perSecond(a), perSecond(b)])) }]
    })
    .sort((a, b) => b.ratio.ratio - a.ratio.ratio)
  const isHelp = gains.every(({ ratio }) => !isUndecided(ratio) && ratio.ratio > 1)
  const list = gains.map(
    ({ stack, ratio }) =>
      `${formatGain(ratio.ratio)} (${formatGain(ratio.low)}–${formatGain(ratio.high)}) on ${nameOf(stack)}`,
  )
  return `${isHelp ? 'Yes' : 'Not on every stack'}: with ${formatNumber(many)} requests in flight instead of ${one}, a core answers this many times as many: ${joinWords(list)}. Waiting alone allows ${formatNumber(many / one)}.`
}

const formatGain = (ratio: number) => formatNumber(ratio, ratio < 9.95 ? 1 : 0)

/** Whether a stack comes close to the rate that waiting allows, so that not all of them are limited by their core. */
const isWaiting = (cost: readonly CostSample[], connections: number) =>
  choices.some((stack) => {
    const rounds = selectQuotes(cost, stack, connections).map(perSecond)
    return spread(rounds).median >= close * idealRate(connections)
  })

const close = 0.8

/** Whether FastAPI is ahead of Express with the most requests in flight, with the interval. Empty if that wasn't measured. */
export function describeLead(record: Pick<HttpRecord, 'cost'>): string {
  const connections = listConnections(record).at(-1)
  const lead = connections && compareThroughput(record, 'fastapi', 'express', connections)
  if (!lead) return ''
  const flight = `With ${formatNumber(lead.connections)} in flight,`
  const rate = !lead.throughput
    ? 'the generator was the limit, so only CPU time can be compared'
    : isUndecided(lead.throughput)
      ? `FastAPI and Express answer about as many requests per second: no difference found (${formatInterval(lead.throughput)})`
      : describeMore(
          lead.throughput,
          (more, times, less) => `${more} answers ${times} as many requests per second as ${less}`,
        )
  const cost = isUndecided(lead.cpu)
    ? `For the CPU time of each, no difference was found (${formatInterval(lead.cpu)})`
    : describeMore(
        lead.cpu,
        (more, times, less) => `${more} takes ${times} the CPU time of ${less} for each`,
      )
  return `${flight} ${rate}. ${cost}.`
}

/** Words a ratio of FastAPI to Express so that it's above 1. */
function describeMore(
  ratio: Ratio,
  say: (more: string, times: string, less: string) => string,
): string {
  const [fastapi, express] = [nameOf('fastapi'), nameOf('express')]
  return ratio.ratio >= 1
    ? say(fastapi, formatTimes(ratio), express)
    : say(express, formatTimes(invertRatio(ratio)), fastapi)
}

/** How late FastAPI is next to Express at the highest rate that both answer in time, and the highest rate of each. */
export function describePeak(record: Latencies): string {
  const { p99Limit, rates } = record.settings
  const kneeOf = (stack: Choice) => formatKnee(findKnee(record, { stack, scene: 'quote' }), rates)
  const knees = `The highest rate with a p99 within ${p99Limit} ms is ${kneeOf('fastapi')} on FastAPI and ${kneeOf('express')} on Express.`
  const peak = commonRate(record, 'quote', ['fastapi', 'express'])
  const ratios = compareLatencies(record, 'fastapi', 'express').find(({ rate }) => rate === peak)
  if (!ratios) return knees
  const parts = (['p50', 'p99'] as const).map((percentile) =>
    isUndecided(ratios[percentile])
      ? `no difference in ${percentile} was found (${formatInterval(ratios[percentile])})`
      : `FastAPI’s ${percentile} is ${formatTimes(ratios[percentile])} that of Express`,
  )
  return nameInterval(
    `${knees} At ${formatNumber(ratios.rate)} requests per second, the highest rate that both answer in time, ${joinWords(parts)}.`,
  )
}

/** A ratio with its interval: "2.90 times (2.71–3.05)". */
export function formatTimes(ratio: Ratio): string {
  return `${ratio.ratio.toFixed(2)} times (${formatInterval(ratio)})`
}

function formatInterval({ low, high }: Ratio): string {
  return `${low.toFixed(2)}–${high.toFixed(2)}`
}
