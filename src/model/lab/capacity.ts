/**
 * How many cores a load takes and what they cost, from the lab's figures of one core. The script of the page imports this file, so
 * it imports nothing.
 */

/** What the lab measured on one core of a stack. */
export interface CoreFigures {
  readonly name: string
  /** CPU time of a request, in the cheapest round and in the dearest. µs. */
  readonly micros: Range
  /** The rates of each round of the latency experiment, in ascending order. */
  readonly rounds: readonly (readonly RateResult[])[]
}

/** A rate in requests per second with its p99 in ms, or `null` if the service fell behind. */
export type RateResult = readonly [rate: number, p99: number | null]

export type Range = readonly [lowest: number, highest: number]

/** The inputs with their limits and where they begin. */
export const inputs = {
  /** Requests per second. */
  rate: { initial: 2_000, min: 1, max: 1_000_000 },
  /** ms */
  p99: { initial: 50, min: 1, max: 1_000 },
  /** The price of a core for an hour, in any currency. */
  price: { initial: 0.04, min: 0.001, max: 100 },
  /** The share of a core that stays idle, in %. */
  headroom: { initial: 50, min: 0, max: 90 },
}
export type InputName = keyof typeof inputs
export type Inputs = Readonly<Record<InputName, number>>

export const inputNames = Object.keys(inputs) as InputName[]

/** Reads an input. Returns `undefined` for text that is no number, or for a number outside the limits. */
export function parseInput(name: InputName, text: string): number | undefined {
  const { min, max } = inputs[name]
  const value = Number(text)
  return text.trim() !== '' && value >= min && value <= max ? value : undefined
}

/** What a stack needs for a load. A range goes from the best round to the worst. */
export interface Estimate {
  readonly name: string
  /** Requests per second that one core serves. */
  readonly core: Range
  /** `Infinity` as the highest: in the worst round no rate met the limit. */
  readonly cores: Range
  /** For a month of 730 hours. */
  readonly money: Range
  /** Whether no measured rate missed the limit. Then the fewest cores follow from CPU time alone. */
  readonly isOpen: boolean
}

const hoursAMonth = 730

/**
 * A core serves what its CPU time allows, less the headroom, but no more than the highest rate that met the limit. The true limit
 * is between that rate and the next one that was measured, so the best case counts with the next one.
 *
 * @returns `undefined` if no measured rate met the limit
 */
export function estimate(
  { name, micros, rounds }: CoreFigures,
  { rate, p99, price, headroom }: Inputs,
): Estimate | undefined {
  const limits = rounds.map((round) => {
    const met = round.findLast(([, measured]) => measured !== null && measured <= p99)?.[0] ?? 0
    return { met, missed: round.find(([measured]) => measured > met)?.[0] ?? Infinity }
  })
  const mostMet = Math.max(0, ...limits.map(({ met }) => met))
  if (mostMet === 0) return undefined
  const mostMissed = Math.max(...limits.map(({ missed }) => missed))
  // A round without a miss ended with the generator, so it says nothing about higher rates.
  const ended = limits.filter(({ missed }) => missed < Infinity)
  const leastMet = ended.length === 0 ? mostMet : Math.min(...ended.map(({ met }) => met))
  const byTime = (time: number) => ((100 - headroom) * 1e4) / time
  const least = Math.min(byTime(micros[1]), leastMet)
  const most = Math.min(byTime(micros[0]), mostMissed)
  const coresAt = (served: number) => Math.max(1, Math.ceil(rate / served))
  const cores = [coresAt(most), coresAt(least)] as const
  const aMonth = hoursAMonth * price
  return {
    name,
    core: [least, most],
    cores,
    money: [cores[0] * aMonth, cores[1] * aMonth],
    isOpen: most > mostMet && mostMissed === Infinity,
  }
}

/** Groups stacks, the cheapest first. The ranges of a group overlap, so its order is unknown. */
export function rank(estimates: readonly Estimate[]): Estimate[][] {
  const groups: Estimate[][] = []
  for (const one of estimates.toSorted((a, b) => a.money[0] - b.money[0])) {
    const group = groups.at(-1)
    if (group?.some((other) => other.money[1] >= one.money[0])) group.push(one)
    else groups.push([one])
  }
  return groups
}

/** Two stacks that change places when an input changes. */
export interface Swap {
  readonly cheaper: string
  readonly dearer: string
  /** The last value of the input at which this is their order, and the first at which it is the opposite. */
  readonly until: number
  readonly from: number
}

export interface Sweep {
  readonly swaps: readonly Swap[]
  /** The values that were tried, in ascending order. */
  readonly values: readonly number[]
  /** Those of them at which a stack costs more than another, by its name. */
  readonly dearer: ReadonlyMap<string, readonly number[]>
}

/** Changes one input over its whole range while the others stay, and reports where the order of the stacks changes. */
export function sweep(figures: readonly CoreFigures[], given: Inputs, name: InputName): Sweep {
  const swaps: Swap[] = []
  const values = stepsOf(name)
  const dearer = new Map<string, number[]>()
  /** The last value at which the first of two stacks cost less, by the names of both. */
  const seen = new Map<string, number>()
  for (const value of values) {
    const estimates = figures.flatMap((one) => estimate(one, { ...given, [name]: value }) ?? [])
    for (const one of estimates) {
      const cheaper = estimates.filter((other) => other.money[1] < one.money[0])
      if (cheaper.length > 0) dearer.set(one.name, [...(dearer.get(one.name) ?? []), value])
      for (const other of cheaper) {
        const [pair, opposite] = [`${other.name},${one.name}`, `${one.name},${other.name}`]
        const until = seen.get(opposite)
        if (until !== undefined && until > (seen.get(pair) ?? -1)) {
          swaps.push({ cheaper: one.name, dearer: other.name, until, from: value })
        }
        seen.set(pair, value)
      }
    }
  }
  return { swaps, values, dearer }
}

/** Values over the range of an input: every 5% of the headroom, and eight for each power of ten of the others. */
function stepsOf(name: InputName): number[] {
  const { min, max } = inputs[name]
  const steps =
    name === 'headroom'
      ? Array.from({ length: 21 }, (_, index) => index * 5)
      : [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6].flatMap((power) =>
          [1, 1.5, 2, 3, 4, 5, 6, 8].map((digit) => Number(`${digit}e${power}`)),
        )
  return steps.filter((value) => value >= min && value <= max)
}
