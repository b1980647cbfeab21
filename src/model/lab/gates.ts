/** What each gate of the HTTP lab found in its record. */
import { isGeneratorBound } from '../../../lab/http/gates.ts'
import { compareCost, pairRounds, type HttpRecord } from '../../../lab/http/record.ts'
import { isUndecided } from '../../../lab/http/statistics.ts'
import { formatNumber } from '../../components/lab/record/format.ts'
import { formatTimes } from './async.ts'
import { joinWords } from './http.ts'
import { listOutcomes } from './latency.ts'
import { choices, nameOf } from './stacks.ts'

/** A gate, what happens to a sample or a run that fails it, and what the record says. */
export interface Gate {
  readonly condition: string
  readonly otherwise: string
  readonly found: string
}

/** The gates, each with what it found in the record. */
export function listGates(record: HttpRecord): Gate[] {
  return [
    {
      condition: 'The stack passes the HTTP contract, on the very build that is measured',
      otherwise: 'the run ends',
      found: describeContract(record),
    },
    {
      condition: 'Requests in flight = throughput × mean latency (Little’s law), within 10%',
      otherwise: 'the sample is repeated',
      found: `off by at most ${percent(Math.max(0, ...littleErrors(record)))}`,
    },
    {
      condition: 'Below the knee, the rate of the answers is the rate of the requests, within 1%',
      otherwise: 'the sample is repeated',
      found: `off by at most ${percent(Math.max(0, ...rateErrors(record)))}`,
    },
    {
      condition: 'Other processes use less than 5% of the service’s core, and so do other machines',
      otherwise: 'the sample is repeated',
      found: `at most ${percent(Math.max(...record.cost.map((it) => it.foreign)))} and ${percent(Math.max(...record.cost.map((it) => it.steal)))}`,
    },
    {
      condition: 'In the cost experiment, the generator’s core is less than 90% busy',
      otherwise: 'the sample is “generator-bound”: only its CPU time counts',
      found: describeBound(record),
    },
    {
      condition:
        'In the latency experiment, at most 1% of the requests are sent more than 5 ms late',
      otherwise: 'the round ends, and the stack’s highest rate is a lower bound',
      found: describeLate(record),
    },
    {
      condition: 'Express, entered twice as two stacks, does not differ from itself',
      otherwise: 'the run is discarded',
      found: describeSame(record),
    },
  ]
}

function describeContract({ contract }: HttpRecord): string {
  const results = Object.values(contract)
  const words = new Set(results.map(({ passed, total }) => `${passed} of ${total} checks`))
  return `${joinWords([...words])} on ${results.length} stacks`
}

/** How far the samples of a generator that wasn't the limit are from Little's law. */
const littleErrors = ({ cost }: HttpRecord) =>
  cost
    .filter((sample) => !isGeneratorBound(sample))
    .map(({ requests, duration, meanLatency, connections }) => {
      // The generator doesn't count the requests that its end cuts off, which had waited for half of a latency.
      const inFlight = ((requests + connections / 2) / duration) * (meanLatency / 1000)
      return Math.abs(inFlight / connections - 1)
    })

/** How far the answers of rates that were kept are from the requests. */
const rateErrors = (record: HttpRecord) =>
  choices.flatMap((stack) =>
    (['post', 'quote'] as const).flatMap((scene) =>
      listOutcomes(record, { stack, scene }).flatMap(({ round, kept, exceptions }) =>
        record.latency
          .filter((it) => it.stack === stack && it.scene === scene && it.round === round)
          .filter(({ rate }) => rate <= kept && !exceptions.includes(rate))
          .map(({ offered, achieved }) => Math.abs(achieved / offered - 1)),
      ),
    ),
  )

function describeBound({ cost }: HttpRecord): string {
  const bound = cost.filter(isGeneratorBound)
  if (bound.length === 0) return 'none'
  const names = [...new Set(bound.map(({ stack }) => nameOf(stack)))]
  return `${formatNumber(bound.length)} of ${formatNumber(cost.length)} samples: ${joinWords(names)}`
}

function describeLate(record: HttpRecord): string {
  const late = choices.flatMap((stack) =>
    (['post', 'quote'] as const).flatMap((scene) =>
      listOutcomes(record, { stack, scene })
        .filter(({ end }) => end === 'generator')
        .map(() => nameOf(stack)),
    ),
  )
  if (late.length === 0) return 'none'
  return `${late.length} ${late.length === 1 ? 'round' : 'rounds'}: ${joinWords([...new Set(late)])}`
}

function describeSame({ cost }: HttpRecord): string {
  const load = { scene: 'post', connections: 64, logs: false } as const
  if (pairRounds(cost, 'express-again', 'express', load).length === 0) return 'not measured'
  const ratio = compareCost(cost, 'express-again', 'express', load)
  return `${formatTimes(ratio)}, ${isUndecided(ratio) ? 'no difference found' : 'a difference'}`
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`
