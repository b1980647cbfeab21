import { scaleLog } from 'd3-scale'
import { formatNumber } from '../record/format.ts'
import { axis, chart, text, type Axis } from './parts.ts'
import { dotsAt, grid, line, logHeight, paths, round } from './plane.ts'

/** Requests per second of one stack, by the number of requests in flight. */
export interface ThroughputLine {
  /** The class of its color. */
  readonly id: string
  readonly name: string
  /** Fewest requests in flight first. */
  readonly points: readonly {
    readonly connections: number
    readonly median: number
    readonly rounds: readonly number[]
  }[]
}

/** The left and the right end of the axes, in %. The names of the lines are on the right. */
const ends = [13, 76] as const

/** In px. */
const [top, bottom] = [8, 248]

/** The least distance of two names, in px. */
const nameHeight = 16

/** Draws a line for each stack, with a dot for each round, and a dashed one for the rate that waiting alone allows. */
export function drawThroughput(
  finding: string,
  lines: readonly ThroughputLine[],
  ideal: ThroughputLine,
): string {
  const all = [...lines, ideal]
  const ticks = ideal.points.map(({ connections }) => connections)
  const scale = scaleLog([Math.min(...ticks), Math.max(...ticks)], ends)
  const flights: Axis = { at: scale, ticks }
  const rates = logHeight(
    all.flatMap(({ points }) => points.flatMap(({ median, rounds }) => [median, ...rounds])),
    top,
    bottom,
  )
  const place = ({ connections, median }: ThroughputLine['points'][number]) =>
    [scale(connections), rates.at(median)] as const
  const names = spreadOut(
    all.map(({ name, points }) => ({ name, y: rates.at(points.at(-1)?.median ?? 1) })),
  )
  return chart(finding, bottom + 20, [
    axis(flights, top, bottom, formatNumber),
    grid(rates, ends, formatShort),
    paths(
      bottom,
      all.map(({ id, points }) => [`line ${id}`, line(points.map(place))]),
    ),
    ...lines.flatMap(({ points }) =>
      points.map(({ connections, rounds }) => dotsAt(flights, connections, rates, rounds)),
    ),
    ...names.map(({ name, y }) => text(ends[1] + 2, round(y) + 4, name)),
  ])
}

/** Moves labels down until none covers another. */
function spreadOut<T extends { readonly y: number }>(labels: readonly T[]): T[] {
  let free = -Infinity
  return labels
    .toSorted((a, b) => a.y - b.y)
    .map((label) => {
      const y = Math.max(label.y, free)
      free = y + nameHeight
      return { ...label, y }
    })
}

const formatShort = (rate: number) => (rate < 1000 ? String(rate) : `${rate / 1000}k`)
