/**
 * Parts of charts with two axes, as SVG. As in parts.ts, horizontal positions are in % and vertical ones in px. A path has no
 * percentages, so paths are in a nested drawing that is stretched to the width.
 */
import { scaleLog } from 'd3-scale'
import { text, type Axis } from './parts.ts'

/** A vertical axis on which equal ratios have equal distances. */
export interface LogHeight {
  /** The position of a value, in px. */
  at(value: number): number
  /** The powers of ten with a line and a label. */
  readonly ticks: readonly number[]
  readonly top: number
  readonly bottom: number
}

/** A vertical axis from the power of ten below all values to the one above them. */
export function logHeight(values: readonly number[], top: number, bottom: number): LogHeight {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.ceil(Math.log10(Math.max(...values)))
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index))
  return { at: scaleLog([10 ** low, 10 ** high], [bottom, top]), ticks, top, bottom }
}

/** Horizontal lines from `left` to `right`, in %, each with its label on the left. */
export function grid(
  { at, ticks }: LogHeight,
  [left, right]: readonly [left: number, right: number],
  format: (tick: number) => string,
): string {
  const lines = ticks.map((tick) => {
    const y = round(at(tick))
    return `<line x1="${left}%" x2="${right}%" y1="${y}" y2="${y}"/>${text(left - 2, y + 4, format(tick), 'end')}`
  })
  return `<g class="axis">${lines.join('')}</g>`
}

/** A place in % of the width and in px of the height. */
export type Point = readonly [x: number, y: number]

/** The points of a line, as the data of a path. */
export const line = (points: readonly Point[]): string =>
  `M${points.map(([x, y]) => `${Math.round(10 * x)} ${round(y)}`).join('L')}`

/** The area between two lines, as the data of a path. */
export const area = (upper: readonly Point[], lower: readonly Point[]): string =>
  `${line([...upper, ...lower.toReversed()])}Z`

/** Draws paths, each with its class. */
export const paths = (height: number, all: readonly (readonly [name: string, data: string])[]) =>
  `<svg viewBox="0 0 1000 ${height}" width="100%" height="${height}" preserveAspectRatio="none">${all
    .map(([name, data]) => `<path class="${name}" d="${data}"/>`)
    .join('')}</svg>`

/** A faint dot for each value at one place of the horizontal axis. */
export const dotsAt = (axis: Axis, x: number, height: LogHeight, values: readonly number[]) =>
  values
    .map((value) => `<circle cx="${round(axis.at(x))}%" cy="${round(height.at(value))}" r="3"/>`)
    .join('')

export const round = (value: number) => Number(value.toFixed(1))
