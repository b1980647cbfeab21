import type { WriteStream } from 'node:tty'

const width = 24

/** A progress bar in one line of a terminal. When stderr is not a terminal, it prints nothing. */
export function createProgress(terminal: WriteStream = process.stderr) {
  const write = (line: string) => {
    if (!terminal.isTTY) return
    terminal.cursorTo(0)
    terminal.clearLine(0)
    terminal.write(line)
  }
  return {
    /** Shows the step that follows the first `done` of `total` steps. */
    show(done: number, total: number, step: string) {
      const filled = Math.round((width * done) / total)
      const bar = '█'.repeat(filled) + '░'.repeat(width - filled)
      write(`${bar} ${done + 1} of ${total}: ${step}`)
    },
    /** Erases the line, so that other output can follow. */
    clear: () => write(''),
  }
}
