import { scaleLinear } from 'd3-scale'
import { axis, chart, text, type Axis } from './parts.ts'
import {
  area,
  dotsAt,
  grid,
  line,
  logHeight,
  paths,
  round,
  type LogHeight,
  type Point,
} from './plane.ts'

/** The latencies of one stack at rising rates. */
export interface LatencyPanel {
  readonly name: string
  /** The highest rate in time, as text. */
  readonly figure: string
  /** Lowest rate first. Latencies are in ms. */
  readonly rates: readonly {
    readonly rate: number
    readonly p50: number
    readonly p99: number
    /** p99 of each round. */
    readonly rounds: readonly number[]
  }[]
  /** The highest rate in time. */
  readonly knee: number | undefined
  /** Whether the generator was late beyond the knee. */
  readonly isLate: boolean
}

/** The axes that all panels share. */
export interface LatencyFrame {
  readonly rates: Axis
  readonly latencies: LogHeight
  /** ms */
  readonly limit: number
}

/** The left and the right end of the axes, in %. */
const ends = [14, 97] as const

/** In px. */
const [top, bottom] = [28, 178]

/** The axes for panels that can be compared. */
export function frameOf(
  panels: readonly LatencyPanel[],
  highestRate: number,
  limit: number,
): LatencyFrame {
  const scale = scaleLinear([0, highestRate], ends)
  const values = panels.flatMap(({ rates }) => rates.flatMap(({ p50, rounds }) => [p50, ...rounds]))
  return {
    rates: { at: scale, ticks: scale.ticks(5) },
    latencies: logHeight([...values, limit], top, bottom),
    limit,
  }
}

/** Draws p50 as a line, the distance to p99 as a band with a dot for each round, and where the stack or the generator ends. */
export function drawLatencyPanel(
  finding: string,
  panel: LatencyPanel,
  frame: LatencyFrame,
): string {
  const { latencies, limit } = frame
  const { knee, isLate } = panel
  const points = (percentile: 'p50' | 'p99') =>
    panel.rates.map((one) => [frame.rates.at(one.rate), latencies.at(one[percentile])] as const)
  const [p50, p99] = [points('p50'), points('p99')]
  const [first50, first99] = [p50[0], p99[0]]
  const limitAt = round(latencies.at(limit))
  return chart(finding, bottom + 20, [
    text(0, 12, panel.name),
    text(100, 12, panel.figure, 'end'),
    isLate && knee !== undefined ? hatch(frame.rates.at(knee)) : '',
    axis(frame.rates, top, bottom, formatThousands),
    grid(latencies, ends, formatTime),
    `<line class="limit" x1="${ends[0]}%" x2="${ends[1]}%" y1="${limitAt}" y2="${limitAt}"/>`,
    text(ends[1], limitAt - 5, `${limit} ms`, 'end'),
    knee ? vertical(frame.rates.at(knee)) : '',
    p50.length > 0
      ? paths(bottom, [
          ['band', area(p99, p50)],
          ['edge', line(p99)],
          ['line', line(p50)],
        ])
      : '',
    ...panel.rates.map(({ rate, rounds }) => dotsAt(frame.rates, rate, latencies, rounds)),
    first99 && first50 ? names(first99, first50) : '',
    isLate ? text(ends[1], bottom - 7, 'generator late', 'end') : '',
  ])
}

/** The names of both lines at their begin. That of p50 is below its line where there's no room above it. */
const names = (p99: Point, p50: Point) =>
  text(p99[0], round(p99[1] - 9), 'p99') +
  text(p50[0], round(p50[1] + (p50[1] - p99[1] > 30 ? -7 : 17)), 'p50')

/** Stripes from a place to the right end: a thick line with short dashes. */
const hatch = (from: number) => {
  const middle = (top + bottom) / 2
  return `<line class="late" x1="${round(from)}%" x2="${ends[1]}%" y1="${middle}" y2="${middle}" stroke-width="${bottom - top}"/>`
}

const vertical = (place: number) =>
  `<line class="knee" x1="${round(place)}%" x2="${round(place)}%" y1="${top}" y2="${bottom}"/>`

/** @param ms a power of ten */
const formatTime = (ms: number) => (ms < 1000 ? String(ms) : `${ms / 1000} s`)

const formatThousands = (rate: number) => (rate === 0 ? '0' : `${rate / 1000}k`)
