import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What JavaScript holds after a collection of garbage, buffers included, in bytes. */
export function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // The second time frees the memory behind the buffers that the first has found.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
