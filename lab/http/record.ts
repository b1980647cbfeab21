/** What the HTTP lab records: every sample of both experiments. */
import * as z from 'zod'
import { Hash, hashInputs, Machine, measurement, recordFile, spread, Versions } from '../record.ts'
import { scenes } from './scenes.ts'
import { stacks, type StackId } from './stacks.ts'
import { compareRounds, type Ratio } from './statistics.ts'

const stackIds = Object.keys(stacks) as [StackId, ...StackId[]]

const count = z.int().nonnegative()
const share = z.number().nonnegative()
const ms = z.number().nonnegative()

const place = { round: z.int().positive(), stack: z.enum(stackIds), scene: z.enum(scenes) }

/** A closed loop: a number of requests in flight at all times, and what they cost the service. */
const CostSample = z.strictObject({
  ...place,
  /** Whether the service wrote its log. */
  logs: z.boolean(),
  connections: z.int().positive(),
  requests: z.int().positive(),
  /** s */
  duration: z.number().positive(),
  meanLatency: ms,
  /** CPU time of all threads of the service. */
  cpuTime: ms,
  /** Shares of the core of the service that other processes and other machines used. */
  foreign: share,
  steal: share,
  /** How busy the core of the generator was. */
  generator: share,
  /** Resident memory before the first load of the round, and now. */
  idleMiB: count,
  loadedMiB: count,
})
export type CostSample = z.infer<typeof CostSample>

/** An open loop: requests at random moments of a fixed rate. */
const LatencySample = z.strictObject({
  ...place,
  /** The rate that was asked for, the one of the random moments, and that of the answers. Requests per second. */
  rate: z.int().positive(),
  offered: z.number().positive(),
  achieved: z.number().nonnegative(),
  p50: ms,
  p99: ms,
  p999: ms,
  max: ms,
  mean: ms,
  /** Share of requests that the generator sent more than 5 ms late. */
  late: share,
  errors: count,
})
export type LatencySample = z.infer<typeof LatencySample>

const HttpRecord = z.strictObject({
  schema: z.literal(1),
  ...measurement,
  machine: Machine.extend({ system: z.string() }),
  versions: Versions.extend({
    node22: z.string(),
    python: z.string(),
    rust: z.string(),
    wrk: z.string(),
  }),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  hash: Hash,
  /** The hash of each example's published form, by its ID. */
  examples: z.record(z.string(), Hash),
  build: z.enum(['release', 'debug']),
  /** The result of the HTTP contract for each stack that implements it, run on the very build that was measured. */
  contract: z.partialRecord(
    z.enum(stackIds),
    z.strictObject({ passed: count, total: z.int().positive() }),
  ),
  settings: z.strictObject({
    costRounds: z.int().positive(),
    latencyRounds: z.int().positive(),
    /** Length of a load of the cost experiment in s. Loads of more than 100 connections take three times as long. */
    seconds: z.int().positive(),
    /** Length of a load of the latency experiment in s. */
    latencySeconds: z.int().positive(),
    /** s */
    warmUpSeconds: z.int().positive(),
    /** Requests per second of the latency experiment. */
    rates: z.array(z.int().positive()).min(1),
    /** Milliseconds that the slowest percent may take at the highest useful rate. */
    p99Limit: z.int().positive(),
  }),
  /** Samples that failed a gate and were taken again. */
  repeated: count,
  cost: z.array(CostSample).min(1),
  latency: z.array(LatencySample),
})
export type HttpRecord = z.infer<typeof HttpRecord>

/** What every run results in. A record also names the commit and the date. */
export const HttpResult = HttpRecord.omit({ commit: true, date: true })

export const httpRecord = recordFile('lab/http/record.json', HttpRecord)

/** The files that decide what is measured, besides the examples and the settings, which are recorded. */
export const inputs = [
  'lab/http/{cpu,gates,load-at-rate,open-loop,run,scenes,server,stacks,wrk}.ts',
  'lab/http/floors/**/*.{mjs,rs,toml,lock}',
]

/** Hashes the files that decide the results, besides the examples. */
export const inputHash = (root?: string) => hashInputs(inputs, root)

/** Selects samples of the cost experiment. */
export type CostCase = Pick<CostSample, 'scene' | 'connections' | 'logs'>

/** CPU time of the service for one request, in µs. */
export function cpuPerRequest({ cpuTime, requests }: CostSample): number {
  return (cpuTime * 1000) / requests
}

/** What a request costs one stack: CPU time per request in µs, with every round. */
export function summarizeCost(samples: readonly CostSample[], stack: StackId, wanted: CostCase) {
  const rounds = select(samples, stack, wanted).map(cpuPerRequest)
  return { ...spread(rounds), rounds }
}

/** How many requests of a stack cost as much CPU time as one of the other. Above 1, the stack is cheaper. */
export function compareCost(
  samples: readonly CostSample[],
  stack: StackId,
  base: StackId,
  wanted: CostCase,
): Ratio {
  return compareRounds(pairRounds(samples, base, stack, wanted))
}

/** The CPU times per request of two stacks in each round in which both were measured. */
export function pairRounds(
  samples: readonly CostSample[],
  one: StackId,
  other: StackId,
  wanted: CostCase,
): [number, number][] {
  const others = new Map(select(samples, other, wanted).map((sample) => [sample.round, sample]))
  return select(samples, one, wanted).flatMap((sample) => {
    const partner = others.get(sample.round)
    return partner ? [[cpuPerRequest(sample), cpuPerRequest(partner)] as [number, number]] : []
  })
}

function select(samples: readonly CostSample[], stack: StackId, wanted: CostCase) {
  return samples.filter(
    (sample) =>
      sample.stack === stack &&
      sample.scene === wanted.scene &&
      sample.connections === wanted.connections &&
      sample.logs === wanted.logs,
  )
}

/** The latencies of one rate, as medians of the rounds, in ms. */
export function summarizeLatency(samples: readonly LatencySample[], rate: number) {
  const rounds = samples.filter((sample) => sample.rate === rate)
  return {
    rate,
    p50: spread(rounds.map(({ p50 }) => p50)),
    p99: spread(rounds.map(({ p99 }) => p99)),
    p999: spread(rounds.map(({ p999 }) => p999)),
    late: spread(rounds.map(({ late }) => late)),
  }
}
