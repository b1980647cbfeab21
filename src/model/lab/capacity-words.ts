/** What the calculator says. The script of the page imports this file, so it imports little. */
import {
  inputNames,
  inputs,
  rank,
  sweep,
  type CoreFigures,
  type Estimate,
  type InputName,
  type Inputs,
  type Range,
  type Sweep,
} from './capacity.ts'

const format = (value: number, digits = 3) =>
  value.toLocaleString('en-US', { maximumFractionDigits: digits })

const formatMoney = (value: number) => (value < 100 ? value.toFixed(2) : format(Math.round(value)))

const list = (names: readonly string[]) => new Intl.ListFormat('en-GB').format(names)

/** The label of each input, and the unit of its values. */
export const inputWords: Readonly<Record<InputName, { label: string; unit: string }>> = {
  rate: { label: 'Requests per second', unit: '' },
  p99: { label: 'p99 limit, ms', unit: ' ms' },
  price: { label: 'Price of a core-hour', unit: '' },
  headroom: { label: 'Headroom, %', unit: '%' },
}

/** Says how to fix an input. */
export function explainInput(name: InputName): string {
  const { min, max, initial } = inputs[name]
  const { label } = inputWords[name]
  return `${label}: enter a number from ${format(min)} to ${format(max)}, only digits and a decimal point, such as ${initial}.`
}

/** Says which load an estimate is for. */
export const describeInputs = ({ rate, p99, price, headroom }: Inputs): string =>
  `${format(rate)} requests per second, p99 within ${format(p99)} ms, ${format(headroom)}% headroom, ${format(price)} for a core-hour`

/** Says which stacks cost less than others, and whose cost is unknown. */
export function describeOrder(figures: readonly CoreFigures[], estimates: readonly Estimate[]) {
  const known = estimates.map(({ name }) => name)
  const unknown = figures.map(({ name }) => name).filter((name) => !known.includes(name))
  return [
    known.length > 0 && describeKnown(estimates, list(known)),
    unknown.length > 0 && `Unknown for ${list(unknown)}: no rate that we measured meets the limit.`,
  ]
    .filter(Boolean)
    .join(' ')
}

function describeKnown(estimates: readonly Estimate[], names: string): string {
  if (estimates.length === 1) return `Known only for ${names}.`
  const [count, ...others] = new Set(estimates.flatMap(({ cores }) => cores))
  if (count !== undefined && others.length === 0) {
    const cores = count === 1 ? 'one core each' : `${format(count)} cores each`
    return `${names} cost the same: ${cores}, ${formatMoney(estimates[0]?.money[0] ?? 0)} a month.`
  }
  const groups = rank(estimates)
  return groups.length > 1
    ? `Cheapest first: ${groups.map(describeGroup).join(', then ')}.`
    : `The ranges of ${names} overlap, so their order is unknown.`
}

const describeGroup = (group: readonly Estimate[]) =>
  list(group.map(({ name }) => name)) + (group.length > 1 ? ' (their ranges overlap)' : '')

/** The cells of a stack as HTML: what one core serves, the cores, and the price of a month. */
export function cellsOf(result: Estimate | undefined): string[] {
  if (!result) return Array<string>(3).fill('unknown')
  const { core, cores, money, isOpen } = result
  return [
    formatRange([Math.floor(core[0]), Math.floor(core[1])], false, format),
    formatRange(cores, isOpen, format),
    formatRange(money, isOpen, formatMoney),
  ]
}

/** Formats a range as one value, as "3–5", or as two bounds. */
function formatRange(
  [lowest, highest]: Range,
  isOpen: boolean,
  formatOne: (value: number) => string,
): string {
  if (lowest === highest) return formatOne(lowest)
  const least = formatOne(lowest)
  if (highest === Infinity) return `at least ${least}`
  const most = formatOne(highest)
  return isOpen ? `at least ${least}<br /><small>at most ${most}</small>` : `${least}–${most}`
}

/** Says up to which rate one core is enough for every stack. */
export function describeFloor(estimates: readonly Estimate[]): string {
  const rate = Math.floor(Math.min(...estimates.map(({ core }) => core[0])))
  if (estimates.length < 2 || rate < 1) return ''
  return `Up to ${format(rate)} requests per second, one core is enough for ${list(estimates.map(({ name }) => name))}, so they cost the same.`
}

const at = (name: InputName, value: number) => format(value) + inputWords[name].unit

/** The limits of an input. */
export const rangeOf = (name: InputName): string =>
  `${format(inputs[name].min)} to ${at(name, inputs[name].max)}`

/** Says which inputs change the order of the stacks, and for each input where stacks differ. */
export function describeSweeps(figures: readonly CoreFigures[], given: Inputs) {
  const sweeps = inputNames.map((name) => ({ name, ...sweep(figures, given, name) }))
  const changing = sweeps.filter(({ swaps }) => swaps.length > 0)
  const which = list(changing.map(({ name }) => inputWords[name].label.replace(/,.*/, '')))
  return {
    summary:
      changing.length === 0
        ? 'No input makes two stacks change places.'
        : `Stacks change places with: ${which}.`,
    lines: sweeps.map(({ name, ...result }) => describeSweep(name, result)),
  }
}

function describeSweep(name: InputName, { swaps, values, dearer }: Sweep): string {
  const parts = swaps.map(
    ({ cheaper, dearer, until, from }) =>
      `${cheaper} costs less than ${dearer} at ${at(name, until)}, and more at ${at(name, from)}`,
  )
  if (parts.length === 0) {
    for (const [stack, differing] of dearer) {
      const more = parts.length === 0 ? ' costs more than another' : ''
      parts.push(`${stack}${more} ${describeValues(name, values, differing)}`)
    }
  }
  return `${parts.join('; ') || 'No stack costs more than another'}.`
}

/** Says which of the tried values some are. */
function describeValues(
  name: InputName,
  values: readonly number[],
  [first = 0, ...others]: readonly number[],
): string {
  const last = others.at(-1) ?? first
  const [begin, end] = [values.indexOf(first), values.indexOf(last)]
  const where = [
    others.length < end - begin && 'at some values',
    begin > 0 && `from ${at(name, first)}`,
    end < values.length - 1 ? `up to ${at(name, last)}` : begin > 0 && 'on',
  ].filter(Boolean)
  return first === last ? `at ${at(name, first)}` : where.join(' ') || 'everywhere'
}
