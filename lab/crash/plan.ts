import type { DiskOptions, Operation } from './disk-options.ts'
import type { Random } from '../random.ts'
import type { Kind } from './record.ts'

/** What the disk of one process does to it. */
export type Plan = Pick<DiskOptions, 'kill' | 'fault' | 'shortWrites'>

/** @param label of the process, for its own random choices */
export function planOf(kind: Kind, random: Random, label: string): Plan {
  const short = random.chance(0.25) ? { shortWrites: label } : {}
  if (kind === 'fault') {
    const operation = random.pick<Operation>(['sync', 'write', 'create', 'sync folder', 'remove'])
    const code = operation === 'write' || operation === 'create' ? 'ENOSPC' : 'EIO'
    return { ...short, fault: { operation, nth: nthOf(operation, random), code } }
  }
  // Without a moment of its own it is killed from outside.
  if (random.chance(0.4)) return short
  const operation = random.pick<Operation>([
    'sync',
    'write',
    'create',
    'sync folder',
    'remove',
    'truncate',
    'make folder',
  ])
  const when = random.pick<'before' | 'during' | 'after'>(['before', 'during', 'after'])
  return { ...short, kill: { operation, nth: nthOf(operation, random), when } }
}

/** Some come by the hundred in one round, others only a few times. */
function nthOf(operation: Operation, random: Random): number {
  if (operation === 'sync' || operation === 'write') {
    // The first ones are those of the start.
    return random.between(1, random.pick([6, 80]))
  }
  if (operation === 'truncate' || operation === 'make folder') return random.between(1, 2)
  return random.between(1, 12)
}
