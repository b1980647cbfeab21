import { dirname, extname, join } from 'node:path'
import type { Runtime } from '../../process/runtimes.ts'
import type { BusTarget } from '../target.ts'

/** An example whose packages are installed. */
export interface InstalledExample {
  readonly directory: string
  /** The program and its arguments. The example's modules are next to the program, in `src` or `dist`. */
  readonly argv: readonly string[]
  readonly runtime: Runtime
}

/** A broker, and processes or workers that use it through the example. */
export interface TestBed {
  readonly target: BusTarget
  /** Environment variables for one more start of the example's program. Earlier starts may still run. */
  programEnv(): NodeJS.ProcessEnv
}

/**
 * @param resources receives what has to end after use, also when opening fails
 * @throws Error with the output of a program that doesn't start
 */
export type OpenTestBed = (
  example: InstalledExample,
  resources: AsyncDisposableStack,
) => Promise<TestBed>

/** The path of a module of the example: `….ts`, or `….js` after a build. */
export function modulePath({ directory, argv }: InstalledExample, name: string): string {
  const program = argv.at(-1) ?? ''
  return join(directory, dirname(program), `${name}${extname(program)}`)
}
