import { execa } from 'execa'

/** A running program. */
export interface Process {
  /** Resident memory in KiB, with the pages that it shares with other processes. */
  readonly rssKiB: number
  /** The program and its arguments, split at spaces. */
  readonly argv: readonly string[]
}

/** The child processes of this one that are still running, as `ps` lists them on Linux and macOS. */
export async function listChildren(): Promise<readonly Process[]> {
  const { stdout } = await execa('ps', ['-A', '-ww', '-o', 'ppid=,rss=,args='])
  return parseChildren(stdout, process.pid)
}

/** Parses the lines of `ps -o ppid=,rss=,args=` that have this parent. */
export function parseChildren(lines: string, parent: number): readonly Process[] {
  return lines.split('\n').flatMap((line) => {
    const [ppid, rss, ...argv] = line.trim().split(/\s+/)
    return Number(ppid) === parent ? [{ rssKiB: Number(rss), argv }] : []
  })
}
