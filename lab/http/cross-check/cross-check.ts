/** Compares the lab's open-loop generator with Vegeta (https://github.com/tsenart/vegeta) at the same rates. */
import { execa } from 'execa'
import * as z from 'zod'
import { measurement, recordFile } from '../../record.ts'
import { loadAtRate } from '../load-at-rate.ts'
import { GateError } from '../gates.ts'
import { requestOf } from '../scenes.ts'
import { cores, startServer } from '../server.ts'
import type { Stack, StackId } from '../stacks.ts'

const ms = z.number().nonnegative()

const CrossCheck = z.strictObject({
  schema: z.literal(1),
  ...measurement,
  /** s */
  seconds: z.int().positive(),
  vegeta: z.string(),
  samples: z
    .array(
      z.strictObject({
        generator: z.enum(['open-loop', 'vegeta']),
        stack: z.string(),
        round: z.int().positive(),
        /** Requests per second, at equal distances: Vegeta has no random moments. */
        rate: z.int().positive(),
        p50: ms,
        p99: ms,
        mean: ms,
        max: ms,
      }),
    )
    .min(1),
})
export type CrossCheck = z.infer<typeof CrossCheck>
export type CrossCheckSample = CrossCheck['samples'][number]

export const crossCheckRecord = recordFile('lab/http/cross-check/record.json', CrossCheck)

export const crossCheck = {
  stacks: ['express', 'fastapi'] satisfies StackId[],
  rates: [250, 1_000],
  rounds: 3,
  seconds: 5,
}

/**
 * Loads a stack with validated POST requests from both generators in turn.
 *
 * @param vegeta the path of the program
 */
export async function compareGenerators(
  vegeta: string,
  stack: StackId,
  prepared: Stack,
): Promise<CrossCheckSample[]> {
  const samples: CrossCheckSample[] = []
  await using server = await startServer(prepared, false)
  const { seconds } = crossCheck
  const run = {
    'open-loop': (rate: number) =>
      loadAtRate(server, 'post', { rate, seconds, seed: '', arrivals: 'even' }),
    vegeta: (rate: number) => attack(vegeta, server.url, rate, seconds),
  }
  for (let round = 0; round <= crossCheck.rounds; round++) {
    for (const rate of crossCheck.rates) {
      for (const generator of ['open-loop', 'vegeta'] as const) {
        const { p50, p99, mean, max } = await run[generator](rate)
        // Round 0 warms up.
        if (round > 0) samples.push({ generator, stack, round, rate, p50, p99, mean, max })
      }
    }
  }
  return samples
}

/** Vegeta counts a latency from the moment of sending, in ns, and opens connections when none is idle. */
async function attack(vegeta: string, url: URL, rate: number, seconds: number) {
  const { method, path, body = '' } = requestOf('post', '')
  const target = {
    method,
    url: new URL(path, url).href,
    body: Buffer.from(body).toString('base64'),
    header: { 'Content-Type': ['application/json'] },
  }
  const options = [`-rate=${rate}/s`, `-duration=${seconds}s`, '-format=json']
  const results = await execa(
    'taskset',
    ['-c', String(cores.generator), vegeta, 'attack', ...options],
    { input: `${JSON.stringify(target)}\n`, encoding: 'buffer' },
  )
  const { stdout } = await execa(vegeta, ['report', '-type=json'], { input: results.stdout })
  const { latencies, success } = Report.parse(JSON.parse(stdout))
  if (success < 1) throw new GateError(`Vegeta had answers other than 2xx: ${stdout}`)
  const milliseconds = (value: number) => value / 1e6
  return {
    p50: milliseconds(latencies['50th']),
    p99: milliseconds(latencies['99th']),
    mean: milliseconds(latencies.mean),
    max: milliseconds(latencies.max),
  }
}

const Report = z.object({
  latencies: z.object({ '50th': ms, '99th': ms, mean: ms, max: ms }),
  /** Share of the answers with a status of 200 to 399. */
  success: z.number(),
})
