import type { Layout, Recovery } from '../../lab/crash/record.ts'

/**
 * What became of a batch. `damaged` is one of which a byte was changed or is missing, `never written` one of which nothing was
 * on the disk, `given up` a whole one behind the damage.
 */
export type Fate = 'synced' | 'kept' | 'damaged' | 'given up' | 'never written'

/** A batch as it is drawn, from byte to byte (exclusive). */
export interface Box {
  readonly offset: number
  readonly begin: number
  readonly end: number
  readonly kind: 'synced' | 'unsynced' | 'damaged'
}

/** A segment before a power cut, after it, and after the next start. Positions are in bytes. */
export interface RecoveryPicture {
  /** Where the drawing begins: of what was synced it shows the end only. */
  readonly from: number
  readonly batches: readonly (Layout & { readonly fate: Fate })[]
  /** Of the whole segment. */
  readonly counts: Readonly<Record<Fate, number>>
  /** What lay in the file at each of the three moments, as far as it is drawn. */
  readonly written: readonly Box[]
  readonly cut: readonly Box[]
  readonly started: readonly Box[]
}

/** Of the drawing's width, how much shows what was synced. */
const syncedShare = 0.3

/** Says what became of each batch of a recovered segment, and what is drawn of it. */
export function pictureOf(recovery: Recovery): RecoveryPicture {
  const { syncedSize, writtenSize, keptSize } = recovery
  const before = ((writtenSize - syncedSize) * syncedShare) / (1 - syncedShare)
  const from = Math.max(0, Math.floor(syncedSize - before))
  const batches = recovery.batches.map((batch) => ({ ...batch, fate: fateOf(batch, recovery) }))
  const counts = { synced: 0, kept: 0, damaged: 0, 'given up': 0, 'never written': 0 }
  for (const { fate } of batches) counts[fate]++

  const draw = (kinds: Partial<Record<Fate, Box['kind']>>, size: number): Box[] =>
    batches.flatMap(({ offset, at, length, fate }) => {
      const kind = kinds[fate]
      if (kind === undefined || at + length <= from) return []
      return [{ offset, begin: Math.max(at, from), end: Math.min(at + length, size), kind }]
    })
  const unsynced = { kept: 'unsynced', damaged: 'unsynced', 'given up': 'unsynced' } as const
  return {
    from,
    batches,
    counts,
    written: draw({ synced: 'synced', ...unsynced, 'never written': 'unsynced' }, writtenSize),
    cut: draw({ synced: 'synced', ...unsynced, damaged: 'damaged' }, keptSize),
    started: draw({ synced: 'synced', kept: 'synced' }, writtenSize),
  }
}

function fateOf({ at, length }: Layout, recovery: Recovery): Fate {
  const { syncedSize, keptSize, recoveredSize, flipped, zeroed } = recovery
  const end = at + length
  if (end <= syncedSize) return 'synced'
  if (end <= recoveredSize) return 'kept'
  if (at >= keptSize) return 'never written'
  const isHit =
    end > keptSize ||
    flipped.some((byte) => byte >= at && byte < end) ||
    zeroed.some(([begin, behind]) => begin < end && behind > at)
  return isHit ? 'damaged' : 'given up'
}
