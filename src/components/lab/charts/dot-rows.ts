import { axis, chart, dots, interval, logAxis, row, text, type Axis } from './parts.ts'

/** A row of dots: a name, its rounds, and the interval of their mean. */
export interface DotRow {
  readonly name: string
  /** The figure at the end of the row, as text. */
  readonly figure: string
  readonly rounds: readonly number[]
  readonly low: number
  readonly high: number
}

/** In px. */
const rowHeight = 46

/**
 * Draws rows of dots on one axis, by default a logarithmic one. Each name and figure is above its dots, so that both fit a phone.
 *
 * @param format the label of a tick
 */
export function drawDotRows(
  finding: string,
  rows: readonly DotRow[],
  format: (tick: number) => string,
  scale: Axis = logAxis(rows.flatMap(({ rounds, low, high }) => [...rounds, low, high])),
): string {
  const bottom = rows.length * rowHeight
  return chart(finding, bottom + 20, [
    axis(scale, 0, bottom, format),
    ...rows.map(({ name, figure, rounds, low, high }, index) =>
      row(index * rowHeight + 34, [
        text(0, -18, name),
        text(100, -18, figure, 'end'),
        dots(scale, rounds),
        interval(scale, low, high),
      ]),
    ),
  ])
}
