import { dirname, extname, join } from 'node:path'
import type { DriverOptions } from './driver/driver-process.ts'
import type { BusTarget } from './target.ts'
import { environmentOf, type Runtime } from '../process/runtimes.ts'

/** An example of a bus that is installed, and what it is run on. */
export interface Installed {
  /** Where it lies. */
  readonly directory: string
  /** The program and its arguments; its modules lie beside it, in `src` or `dist`. */
  readonly argv: readonly string[]
  readonly runtime: Runtime
}

/** What stands round the buses of an example while they are checked. Disposing of it ends all of it. */
export interface Stand extends AsyncDisposable {
  /** Where the scenes are played. */
  readonly target: BusTarget
  /** Variables for one more start of the example's program; others may be running. */
  programEnv(): NodeJS.ProcessEnv
}

/** Starts all that the buses of an example need. @throws Error with what was written by what does not start */
export type OpenStand = (installed: Installed) => Promise<Stand>

/** The file of a module of the example: `….ts`, or `….js` after a build. */
export function moduleOf({ directory, argv }: Installed, name: string): string {
  const program = argv.at(-1) ?? ''
  return join(directory, dirname(program), `${name}${extname(program)}`)
}

/** How buses of the example are run in a process of their own. */
export function driverOptions(installed: Installed, env: NodeJS.ProcessEnv): DriverOptions {
  const { runtime } = installed
  return {
    modules: dirname(moduleOf(installed, 'bus')),
    node: runtime.path,
    env: { ...environmentOf(runtime), ...env },
  }
}
