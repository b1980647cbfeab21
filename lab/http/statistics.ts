/** Comparisons of stacks. Only measurements of the same round are compared, since the machine changes between rounds. */
import { createRandom } from '../random.ts'

/** A ratio with its 95% interval. */
export interface Ratio {
  readonly ratio: number
  readonly low: number
  readonly high: number
}

/** Differences smaller than this can't be told from noise on a shared machine: an interval that touches it is undecided. */
const noise = { low: 0.95, high: 1.05 }

const resamples = 2_000

/**
 * The geometric mean of paired ratios, with the 95% interval of the percentile bootstrap (Efron and Tibshirani, "An
 * Introduction to the Bootstrap", chapter 13). The same pairs always give the same interval.
 *
 * @param pairs the two measurements of each round
 */
export function compareRounds(pairs: readonly (readonly [value: number, base: number])[]): Ratio {
  const logs = pairs.map(([value, base]) => Math.log(value / base))
  const random = createRandom('bootstrap', logs.length)
  const means = Array.from({ length: resamples }, () =>
    mean(logs.map(() => logs[random.between(0, logs.length - 1)] ?? 0)),
  ).sort((a, b) => a - b)
  const at = (share: number) => means[Math.round(share * (resamples - 1))] ?? Number.NaN
  return {
    ratio: Math.exp(mean(logs)),
    low: Math.exp(at(0.025)),
    high: Math.exp(at(0.975)),
  }
}

/** Whether the interval reaches the band in which differences are noise. */
export function isUndecided({ low, high }: Ratio): boolean {
  return low <= noise.high && high >= noise.low
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
