/**
 * Parts of charts, as SVG. Horizontal positions are shares of the width in %, so that a chart fits every screen and its text keeps
 * its size. Vertical positions are in px. Colors and fonts are in charts.css, because the site's policy forbids inline styles.
 */
import { scaleLinear, scaleLog } from 'd3-scale'

/** A horizontal axis. */
export interface Axis {
  /** The position of a value, in %. */
  at(value: number): number
  /** The values with a line and a label. */
  readonly ticks: readonly number[]
}

/** Keeps dots and labels at both ends of an axis inside the chart. In %. */
const margin = 2

/** An axis for bars: it begins at 0. */
export function linearAxis(highest: number): Axis {
  const scale = scaleLinear([0, highest], [0, 100 - margin]).nice(5)
  return { at: scale, ticks: scale.ticks(5) }
}

/** An axis for dots, on which equal ratios have equal distances. Its ticks are 1, 2 and 5 times a power of ten. */
export function logAxis(values: readonly number[]): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const all = scaleLog([low / 10, high * 10], [0, 1])
    .ticks(10)
    .filter((tick) => /^[125]/.test(tick.toExponential()) && Number(tick.toPrecision(1)) === tick)
  const ticks = all.filter(
    (_, index) => (all[index + 1] ?? Infinity) > low && (all[index - 1] ?? 0) < high,
  )
  const ends = [Math.min(ticks[0] ?? low, low), Math.max(ticks.at(-1) ?? high, high)]
  return { at: scaleLog(ends, [margin, 100 - margin]), ticks }
}

const percent = (value: number) => `${Number(value.toFixed(1))}%`

/**
 * A chart.
 *
 * @param finding a sentence that says what the chart shows, with its uncertainty
 * @param height in px
 */
export function chart(finding: string, height: number, parts: readonly string[]): string {
  const label = finding.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  return `<svg class="chart" width="100%" height="${height}" role="img" aria-label="${label}">${parts.join('')}</svg>`
}

/** The lines of an axis from `top` to `bottom`, with a label below each. */
export function axis(
  { at, ticks }: Axis,
  top: number,
  bottom: number,
  format: (tick: number) => string,
): string {
  const lines = ticks.map(
    (tick) => `<line x1="${percent(at(tick))}" x2="${percent(at(tick))}" y2="${bottom - top}"/>`,
  )
  const labels = ticks.map((tick) => {
    const place = at(tick)
    const anchor = place < 5 ? 'start' : place > 95 ? 'end' : 'middle'
    return text(
      anchor === 'start' ? 0 : anchor === 'end' ? 100 : place,
      bottom - top + 16,
      format(tick),
      anchor,
    )
  })
  return `<svg y="${top}" class="axis">${lines.join('')}${labels.join('')}</svg>`
}

/** Text in a chart. `anchor` says which part of it is at the position. */
export function text(
  x: number,
  y: number,
  words: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  const anchored = anchor === 'start' ? '' : ` text-anchor="${anchor}"`
  return `<text x="${percent(x)}" y="${y}"${anchored}>${words}</text>`
}

/** A faint dot for each round. */
export const dots = (axis: Axis, values: readonly number[]): string =>
  values.map((value) => `<circle cx="${percent(axis.at(value))}" r="4"/>`).join('')

/** A thick line from `low` to `high`. */
export const interval = (axis: Axis, low: number, high: number): string =>
  `<line x1="${percent(axis.at(low))}" x2="${percent(axis.at(high))}" class="interval"/>`

/** A piece of a bar, from `begin` to `end`. `shade`: from 0, invisible, to 1. */
export const piece = (axis: Axis, begin: number, end: number, shade: number): string =>
  `<rect x="${percent(axis.at(begin))}" y="-6" width="${percent(axis.at(end) - axis.at(begin))}" height="12" opacity="${shade}"/>`

/** A line across a bar. */
export const cross = (axis: Axis, value: number): string =>
  `<line x1="${percent(axis.at(value))}" x2="${percent(axis.at(value))}" y1="-9" y2="9" class="cross"/>`

/** Moves parts, drawn around the height 0, down to a height. */
export const row = (y: number, parts: readonly string[]): string =>
  `<g transform="translate(0 ${y})">${parts.join('')}</g>`
