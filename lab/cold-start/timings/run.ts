/** Takes the samples: every variant in each round, in another order each time. */
import { checkCore, GateError } from '../../http/gates.ts'
import { createRandom } from '../../random.ts'
import { addUse, checkDropped, checkOrder } from './gates.ts'
import { dropPages, type PageCacheTools } from './page-cache.ts'
import { pageStates, variantIds, type PageState, type Sample, type VariantId } from './record.ts'
import { measureStart } from './start.ts'
import type { Deployment } from './variants.ts'

/** A round is taken this often before the run ends without a record. */
const attempts = 4

interface Options {
  readonly rounds: number
  /** Whether a round that fails a gate is taken again. Otherwise it is only reported. */
  readonly isStrict: boolean
  /** Called before each start of a first attempt. `done` counts the starts before it. */
  onStart(done: number, name: string): void
  /** Called with the reason when a round fails a gate. */
  onRepeat(reason: string): void
}

/** @throws GateError when a round fails its gates again and again */
export async function takeRounds(
  tools: PageCacheTools,
  deployments: Readonly<Record<VariantId, Deployment>>,
  { rounds, isStrict, onStart, onRepeat }: Options,
) {
  const samples: Sample[] = []
  let [repeated, attempt] = [0, 1]
  while (samples.length < rounds * variantIds.length * pageStates.length) {
    const taken: Sample[] = []
    const round = samples.length / (variantIds.length * pageStates.length) + 1
    for (const { variant, pages } of orderOf(round)) {
      onStart(samples.length + taken.length, `${variant}, ${pages}, round ${round}`)
      const start = await takeStart(tools, deployments[variant], pages)
      taken.push({ round, variant, pages, ...start })
    }
    const problem = checkCore(addUse(taken))
    if (problem !== undefined) onRepeat(`round ${round}: ${problem}`)
    if (problem === undefined || !isStrict) {
      samples.push(...taken)
      attempt = 1
      continue
    }
    repeated += taken.length
    if (attempt++ === attempts) {
      throw new GateError(`round ${round}: ${problem}. Failed ${attempts} times.`)
    }
  }
  return { samples, repeated }
}

/** Every variant with its files in memory and without, in an order of its own for each round. */
export function orderOf(round: number) {
  const random = createRandom('cold start', 'order', round)
  const rest = pageStates.flatMap((pages) => variantIds.map((variant) => ({ variant, pages })))
  const order: typeof rest = []
  while (rest.length > 0) order.push(...rest.splice(random.between(0, rest.length - 1), 1))
  return order
}

/** @throws GateError if the files did not leave the memory, or the marks are wrong */
async function takeStart(tools: PageCacheTools, deployment: Deployment, pages: PageState) {
  const dropped = pages === 'dropped' ? await dropPages(tools, deployment.directory) : undefined
  const start = await measureStart(deployment)
  const problem = (dropped && checkDropped(dropped)) ?? checkOrder(start)
  if (problem !== undefined) throw new GateError(`${deployment.argv.join(' ')}: ${problem}`)
  return start
}
