import type { HttpRecord, LatencySample } from '../../../lab/http/record.ts'
import type { CoreFigures, RateResult } from './capacity.ts'
import { costsOf } from './cost.ts'
import { isOfService } from './latency.ts'
import { choices, nameOf } from './stacks.ts'

/** A service that answers a smaller share of the requests than this, in the time of a sample, falls behind. */
const answeredLimit = 0.99

/**
 * The figures of one core of each stack, for a validated POST. A stack without a cost is left out. Readers download the figures,
 * so they are rounded to tenths. A p99 is rounded up, so that it meets a limit only if the sample did.
 */
export function coreFiguresOf(record: HttpRecord): CoreFigures[] {
  const { latency, settings } = record
  const toResult = ({ rate, offered, achieved, errors, p99 }: LatencySample): RateResult => {
    const answered = achieved - errors / settings.seconds
    return [rate, answered < answeredLimit * offered ? null : Math.ceil(p99 * 10) / 10]
  }
  return choices.flatMap((stack) => {
    const [cost] = costsOf(record, 'post', [stack])
    if (!cost) return []
    const micros = [Math.min(...cost.rounds), Math.max(...cost.rounds)] as const
    const samples = latency.filter((sample) => sample.stack === stack && sample.scene === 'post')
    const rounds = Map.groupBy(
      samples.filter((sample) => isOfService(sample, settings)),
      ({ round }) => round,
    )
    return {
      name: nameOf(stack),
      micros: [toTenths(micros[0]), toTenths(micros[1])],
      rounds: Array.from(rounds.values(), (round) =>
        round.toSorted((a, b) => a.rate - b.rate).map(toResult),
      ),
    }
  })
}

const toTenths = (value: number) => Math.round(value * 10) / 10
