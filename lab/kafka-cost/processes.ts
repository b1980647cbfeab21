import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A program that runs. */
export interface Process {
  /** Resident memory in KiB. Pages that it shares with others count as its own. */
  readonly rssKiB: number
  /** The program and its arguments, split at blanks. */
  readonly argv: readonly string[]
}

/** What this process has started and what still runs, as `ps` tells it on Linux and macOS. */
export async function children(): Promise<readonly Process[]> {
  const { stdout } = await run('ps', ['-A', '-ww', '-o', 'ppid=,rss=,args='], {
    // The class path of a broker alone is several thousand characters.
    maxBuffer: 2 ** 24,
  })
  return childrenIn(stdout, process.pid)
}

/** Those lines of `ps -o ppid=,rss=,args=` whose parent is this one. */
export function childrenIn(lines: string, parent: number): readonly Process[] {
  return lines.split('\n').flatMap((line) => {
    const [ppid, rss, ...argv] = line.trim().split(/\s+/)
    return Number(ppid) === parent ? [{ rssKiB: Number(rss), argv }] : []
  })
}
