type Place = { topic?: string; partition: number; offset: bigint }

export interface Timeline {
  readonly lines: readonly string[]
  add(who: string, what: string, place?: Place, detail?: string): void
}

/** Who did what at which offset, as aligned lines: printed and kept. */
export function createTimeline(print: (line: string) => void): Timeline {
  const start = performance.now()
  const lines: string[] = []
  return {
    lines,
    add(who, what, place, detail = '') {
      const seconds = ((performance.now() - start) / 1000).toFixed(2)
      const { topic = 'orders', partition, offset } = place ?? {}
      const at = place ? `${topic}/${partition}@${offset}` : ''
      const line = `${seconds.padStart(6)} s  ${who.padEnd(9)}  ${what.padEnd(12)}  ${at.padEnd(14)}  ${detail}`
      lines.push(line.trimEnd())
      print(line.trimEnd())
    },
  }
}
