import type { HttpRecord } from '../../../../lab/http/record.ts'
import { spread } from '../../../../lab/record.ts'
import {
  describeGain,
  idealRate,
  listConnections,
  summarizeThroughput,
} from '../../../model/lab/async.ts'
import { choices, nameOf } from '../../../model/lab/stacks.ts'
import { drawThroughput } from '../charts/throughput-lines.ts'

/** Draws how many quotes a core answers, by the number of requests in flight, next to what waiting alone allows. */
export function drawAsync(record: Pick<HttpRecord, 'cost'>): string {
  const flights = listConnections(record)
  const lines = choices.map((stack) => {
    const points = flights.flatMap(
      (connections) => summarizeThroughput(record, stack, connections) ?? [],
    )
    // What a generator at its limit reached is a lower bound.
    const isBound = points.at(-1)?.isGeneratorBound
    return {
      id: stack,
      name: `${isBound ? '≥ ' : ''}${nameOf(stack)}`,
      points: points.map(({ connections, rounds }) => ({
        connections,
        median: spread(rounds).median,
        rounds,
      })),
    }
  })
  const ideal = {
    id: 'limit',
    name: 'waiting',
    points: flights.map((connections) => ({
      connections,
      median: idealRate(connections),
      rounds: [],
    })),
  }
  return drawThroughput(describeGain(record), lines, ideal)
}
