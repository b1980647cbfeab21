import type { WriteStream } from 'node:tty'

/** Shows how far a measurement is, in one line of a terminal. Elsewhere it shows nothing: output in a file is for others. */
export interface Progress {
  /** One more of `total` begins. */
  next(what: string): void
  /** Takes the line away, so that another can be printed. */
  clear(): void
}

const width = 24

export function showProgress(total: number, terminal: WriteStream = process.stderr): Progress {
  let begun = 0
  const write = (line: string) => {
    if (!terminal.isTTY) return
    terminal.cursorTo(0)
    terminal.clearLine(0)
    terminal.write(line)
  }
  return {
    next(what) {
      const done = Math.round((width * begun) / total)
      const bar = '█'.repeat(done) + '░'.repeat(width - done)
      begun++
      write(`${bar} ${begun} of ${total}: ${what}`)
    },
    clear: () => write(''),
  }
}
