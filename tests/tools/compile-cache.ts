import { join } from 'node:path'
import type { Runtime } from '../../contracts/process/runtimes.ts'

/**
 * A runtime whose processes share compiled code, in the packages of an installed example. Checks start an example dozens of
 * times, and a third of each start is stripping types and compiling. Only Node reads the variable.
 */
export function withCompileCache(runtime: Runtime, directory: string): Runtime {
  const NODE_COMPILE_CACHE = join(directory, 'node_modules/.compile-cache')
  return { ...runtime, env: { ...runtime.env, NODE_COMPILE_CACHE } }
}
