/** The conditions that a start must meet, besides those of the HTTP lab. */
import type { Sample } from './record.ts'

/** Fails a compile cache that Node does not use, which would make a start slower instead of faster. */
export function checkCompileCache(output: string) {
  if (/was accepted/.test(output)) return undefined
  return 'Node did not accept the compile cache of the bundle: it is written when Node exits, and only for the same path and version'
}

/** Pages of a file that the kernel keeps, although it was asked to drop them. */
const keptLimit = 0.01

/** Fails a start whose files were still in memory. In bytes. */
export function checkDropped({ size, resident }: { size: number; resident: number }) {
  if (resident <= size * keptLimit) return undefined
  return `${resident} of ${size} bytes stayed in memory: set TMPDIR to a folder on a disk, and end other programs that use these files`
}

/** Fails a start whose moments contradict each other. */
export function checkOrder({ pieces }: Pick<Sample, 'pieces'>) {
  const [name] = Object.entries(pieces ?? {}).find(([, ms]) => ms < 0) ?? []
  return name === undefined ? undefined : `"${name}" took less than no time: its mark is wrong`
}

/** The shares of the service's core that others used during all starts of a round. A single start is too short for the kernel's ticks. */
export function addUse(samples: readonly Pick<Sample, 'answered' | 'foreign' | 'steal'>[]) {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const elapsed = sum(samples.map(({ answered }) => answered))
  return {
    foreign: Math.max(0, sum(samples.map(({ foreign }) => foreign))) / elapsed,
    steal: sum(samples.map(({ steal }) => steal)) / elapsed,
    generator: 0,
  }
}
