import type { WriteStream } from 'node:tty'

/** A progress bar in one line of a terminal. When stderr is not a terminal, it prints nothing. */
export interface Progress {
  /** Starts the next of `total` steps. */
  next(step: string): void
  /** Erases the line, so that other output can follow. */
  clear(): void
}

const width = 24

export function showProgress(total: number, terminal: WriteStream = process.stderr): Progress {
  let started = 0
  const write = (line: string) => {
    if (!terminal.isTTY) return
    terminal.cursorTo(0)
    terminal.clearLine(0)
    terminal.write(line)
  }
  return {
    next(step) {
      const done = Math.round((width * started) / total)
      const bar = '█'.repeat(done) + '░'.repeat(width - done)
      started++
      write(`${bar} ${started} of ${total}: ${step}`)
    },
    clear: () => write(''),
  }
}
