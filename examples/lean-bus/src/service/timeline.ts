import type { Position } from '../bus.ts'

export interface Timeline {
  /** Time, actor, action, position, detail. A row of one cell is a heading. */
  readonly rows: readonly string[][]
  /** The rows as they were printed. */
  readonly lines: readonly string[]
  step(title: string): void
  add(
    actor: string,
    action: string,
    position?: Position & { topic?: string },
    detail?: string,
  ): void
}

/** Prints and keeps the steps of the demo. `orders/0@7` is partition 0, offset 7. */
export function createTimeline(print: (line: string) => void): Timeline {
  const start = performance.now()
  const rows: string[][] = []
  const lines: string[] = []
  const append = (row: string[], line: string) => {
    rows.push(row)
    lines.push(line)
    print(line)
  }
  return {
    rows,
    lines,
    step: (title) => append([title], `\n${title}`),
    add(actor, action, position, detail = '') {
      const seconds = ((performance.now() - start) / 1000).toFixed(2)
      const { topic = 'orders', partition, offset } = position ?? {}
      const at = position ? `${topic}/${partition}@${offset}` : ''
      const line = `${seconds.padStart(6)} s  ${actor.padEnd(9)}  ${action.padEnd(11)}  ${at.padEnd(14)}  ${detail}`
      append([`${seconds} s`, actor, action, at, detail], line.trimEnd())
    },
  }
}
