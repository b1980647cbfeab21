import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Measures the memory that JavaScript still uses after garbage collection, buffers included, in bytes. */
export function measureMemory(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // The second collection frees the memory of buffers that the first one found.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
