import type { Random } from '../random.ts'
import type { DiskOptions, Operation } from './disk/options.ts'
import type { Kind } from './record.ts'

/** The failures that one process meets. */
export type FailurePlan = Pick<DiskOptions, 'kill' | 'fault' | 'shortWrites'>

/** The operations that may fail. */
const failing: [Operation, ...Operation[]] = ['sync', 'write', 'create', 'sync folder', 'remove']

/** @param label seed of the short writes of this process */
export function planFailure(kind: Kind, random: Random, label: string): FailurePlan {
  const short = random.chance(0.25) ? { shortWrites: label } : {}
  if (kind === 'fault') {
    const operation = random.pick(failing)
    const code = operation === 'write' || operation === 'create' ? 'ENOSPC' : 'EIO'
    return { ...short, fault: { operation, nth: pickNth(operation, random), code } }
  }
  // Without a moment in the plan, the rig kills the process from outside.
  if (random.chance(0.4)) return short
  const operation = random.pick<Operation>([...failing, 'truncate', 'make folder'])
  const when = random.pick<'before' | 'during' | 'after'>(['before', 'during', 'after'])
  return { ...short, kill: { operation, nth: pickNth(operation, random), when } }
}

/** Picks a number that a round reaches: it has hundreds of some operations and only a few of others. */
function pickNth(operation: Operation, random: Random): number {
  if (operation === 'sync' || operation === 'write') {
    // The first ones happen during the start.
    return random.between(1, random.pick([6, 80]))
  }
  if (operation === 'truncate' || operation === 'make folder') return random.between(1, 2)
  return random.between(1, 12)
}
