type Position = { topic?: string; partition: number; offset: bigint }

export interface Timeline {
  /** When, who, what, where and which; a row of one cell is a heading. */
  readonly rows: readonly string[][]
  /** The rows as they were printed. */
  readonly lines: readonly string[]
  step(title: string): void
  add(who: string, what: string, position?: Position, detail?: string): void
}

/** Who did what at which offset: `orders/0@7` is partition 0, offset 7. */
export function createTimeline(print: (line: string) => void): Timeline {
  const start = performance.now()
  const rows: string[][] = []
  const lines: string[] = []
  const keep = (row: string[], line: string) => {
    rows.push(row)
    lines.push(line)
    print(line)
  }
  return {
    rows,
    lines,
    step: (title) => keep([title], `\n${title}`),
    add(who, what, position, detail = '') {
      const seconds = ((performance.now() - start) / 1000).toFixed(2)
      const { topic = 'orders', partition, offset } = position ?? {}
      const at = position ? `${topic}/${partition}@${offset}` : ''
      const line = `${seconds.padStart(6)} s  ${who.padEnd(9)}  ${what.padEnd(11)}  ${at.padEnd(14)}  ${detail}`
      keep([`${seconds} s`, who, what, at, detail], line.trimEnd())
    },
  }
}
