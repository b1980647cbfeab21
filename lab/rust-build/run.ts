/** Builds the Rust example as a reader would, from an empty target folder. */
import { appendFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { environmentOf, type Runtime } from '../../contracts/process/runtimes.ts'
import { buildKinds, type Build } from './record.ts'

export interface Options {
  /** The folder of the example. */
  readonly directory: string
  readonly rust: Runtime
  /** The program below `target/debug` or `target/release`. */
  readonly program: string
  /** Called before each build. */
  onBuild(kind: Build['kind']): void
}

/** Downloads the packages, and then measures each build. The last one follows a change of one file. */
export async function measureBuilds({ directory, rust, program, onBuild }: Options) {
  // Without `env`, which shares packages between builds and leaves out what debuggers need.
  const env = environmentOf({ name: rust.name, path: rust.path })
  const run = (command: string) =>
    execa('sh', ['-c', command], { cwd: directory, env, extendEnv: false, all: true })
  await run('cargo fetch --locked')

  const builds: Build[] = []
  let packages = 0
  for (const kind of buildKinds) {
    onBuild(kind)
    if (kind === 'release again') appendFileSync(join(directory, 'src/app.rs'), '\n// A change.\n')
    const isRelease = kind !== 'debug'
    const began = performance.now()
    const { all } = await run(`cargo build --locked${isRelease ? ' --release' : ''} && times`)
    builds.push({
      kind,
      seconds: round((performance.now() - began) / 1000),
      cpuSeconds: round(parseTimes(all)),
      bytes: statSync(join(directory, 'target', isRelease ? 'release' : 'debug', program)).size,
    })
    packages ||= all.match(/^ +Compiling /gm)?.length ?? 0
  }
  return { builds, packages }
}

/**
 * Adds up the user and system time of all child processes of a shell, in s: the second line of `times` (POSIX, "times").
 *
 * @param output ends with the two lines of `times`, such as `1m2.50s 0m3.25s`
 */
export function parseTimes(output: string): number {
  const line = output.trim().split('\n').at(-1) ?? ''
  const times = [...line.matchAll(/(\d+)m([\d.]+)s/g)]
  if (times.length !== 2) throw new Error(`times printed "${line}"`)
  return times.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  )
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10
}
