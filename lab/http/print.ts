/** Prints the samples of a run. */
import {
  compareCost,
  pairRounds,
  summarizeCost,
  type CostSample,
  type LatencySample,
} from './record.ts'
import type { StackId } from './stacks.ts'
import { isUndecided } from './statistics.ts'

/** Prints what a request costs each stack, and the ratio to Express. */
export function printCost(samples: readonly CostSample[], ids: readonly StackId[]): void {
  const cases = new Map(
    samples.map(({ scene, connections, logs }) => [
      `${scene}, ${connections} in flight${logs ? ', with log' : ''}`,
      { scene, connections, logs },
    ]),
  )
  for (const [name, wanted] of cases) {
    console.log(
      `\n${name}: µs of CPU time per request, and requests for the CPU time of one on Express`,
    )
    for (const id of ids) {
      const { median, lowest, highest, rounds } = summarizeCost(samples, id, wanted)
      if (rounds.length === 0) continue
      const figures = `${median.toFixed(1)} (${lowest.toFixed(1)}–${highest.toFixed(1)})`
      console.log(`  ${id.padEnd(16)} ${figures.padEnd(24)} ${formatRatio(samples, id, wanted)}`)
    }
  }
}

function formatRatio(
  samples: readonly CostSample[],
  id: StackId,
  wanted: Parameters<typeof compareCost>[3],
): string {
  if (id === 'express' || pairRounds(samples, 'express', id, wanted).length === 0) return ''
  const ratio = compareCost(samples, id, 'express', wanted)
  const interval = `${ratio.ratio.toFixed(2)} (${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)})`
  return isUndecided(ratio) ? `${interval}, no difference found` : interval
}

/** Prints every sample of the latency experiment. */
export function printLatency(samples: readonly LatencySample[]): void {
  for (const { stack, scene, round, rate, p50, p99, p999, late } of samples) {
    const place = `${stack}, ${scene}, ${rate}/s, round ${round}`
    const figures = [p50, p99, p999].map((value) => value.toFixed(2)).join(' / ')
    console.log(
      `${place.padEnd(40)} p50 / p99 / p99.9 ${figures} ms, ${(late * 100).toFixed(1)}% sent late`,
    )
  }
}
