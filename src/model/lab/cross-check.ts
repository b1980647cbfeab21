/** How far the lab's open-loop generator and Vegeta agree. */
import type { CrossCheck } from '../../../lab/http/cross-check/cross-check.ts'
import { spread } from '../../../lab/record.ts'
import { formatNumber } from '../../components/lab/record/format.ts'

type Samples = Pick<CrossCheck, 'samples'>

const percentiles = ['p50', 'p99', 'mean', 'max'] as const

/** Each stack and rate, with the rounds of each generator. */
export function summarizeCrossCheck({ samples }: Samples) {
  const loads = Map.groupBy(samples, ({ stack, rate }) => `${stack} ${rate}`)
  return [...loads.values()].flatMap((load) =>
    [...Map.groupBy(load, ({ generator }) => generator)].flatMap(([generator, rounds]) => {
      const [first] = rounds
      if (!first) return []
      const { stack, rate } = first
      const [p50, p99, mean, max] = percentiles.map((it) => spread(rounds.map((one) => one[it])))
      return p50 && p99 && mean && max ? [{ stack, rate, generator, p50, p99, mean, max }] : []
    }),
  )
}

/** The largest differences between the medians of both generators, in a sentence. */
export function describeCrossCheck(record: Samples): string {
  const loads = Map.groupBy(summarizeCrossCheck(record), ({ stack, rate }) => `${stack} ${rate}`)
  const difference = (percentile: 'p50' | 'p99') => {
    const ms = [...loads.values()].map((load) => {
      const medians = load.map((generator) => generator[percentile].median)
      return Math.max(...medians) - Math.min(...medians)
    })
    return formatNumber(Math.max(...ms), 2)
  }
  return `The medians of both differ by at most ${difference('p50')} ms in p50 and ${difference('p99')} ms in p99.`
}
