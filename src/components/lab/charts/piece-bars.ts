import { axis, chart, cross, dots, linearAxis, piece, row, text } from './parts.ts'

/** A bar that is made of pieces: a name, its rounds, and a second value to compare the bar with. */
export interface PieceRow {
  readonly name: string
  /** The figure at the end of the row, as text. */
  readonly figure: string
  readonly pieces: readonly { readonly name: string; readonly value: number }[]
  readonly rounds: readonly number[]
  /** Crossed by a line. */
  readonly mark?: number
}

/** In px. */
const rowHeight = 64

/** From the first piece to the last. */
const shades = [0.75, 0.5, 0.3, 0.15]

/**
 * Draws bars from 0, each divided into pieces, with a dot for every round. The names of the pieces are below each bar.
 *
 * @param format the label of a tick
 */
export function drawPieceBars(
  finding: string,
  rows: readonly PieceRow[],
  format: (tick: number) => string,
): string {
  const scale = linearAxis(Math.max(...rows.flatMap(highest)))
  const bottom = rows.length * rowHeight
  return chart(finding, bottom + 20, [
    axis(scale, 0, bottom, format),
    ...rows.map(({ name, figure, pieces, rounds, mark }, index) => {
      let end = 0
      const bars = pieces.map(({ value }, index) => {
        const begin = end
        end += value
        return piece(scale, begin, end, shades[index] ?? 0)
      })
      const legend = pieces.map(({ name, value }) => `${name} ${value.toFixed(0)}`).join(' · ')
      return row(index * rowHeight + 30, [
        text(0, -12, name),
        text(100, -12, figure, 'end'),
        ...bars,
        dots(scale, rounds),
        mark === undefined ? '' : cross(scale, mark),
        text(0, 24, legend),
      ])
    }),
  ])
}

const highest = ({ pieces, rounds, mark = 0 }: PieceRow) => [
  pieces.reduce((sum, { value }) => sum + value, 0),
  ...rounds,
  mark,
]
