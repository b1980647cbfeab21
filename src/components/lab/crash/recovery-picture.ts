import type { Layout, Recovery } from '../../../../lab/crash/record.ts'

/**
 * What happened to a batch. A `damaged` batch has a changed or missing byte, a `never written` one was not on the disk at all,
 * and a `given up` one is intact but follows a damaged one.
 */
export type Fate = 'synced' | 'kept' | 'damaged' | 'given up' | 'never written'

/** A batch in the drawing. `end` is exclusive. */
export interface Box {
  readonly offset: number
  readonly begin: number
  readonly end: number
  readonly kind: 'synced' | 'unsynced' | 'damaged'
}

/** Share of the drawing's width for the synced part. */
const syncedShare = 0.3

/**
 * Determines what happened to each batch of a recovered segment, and how to draw it before a power cut, after it, and after the
 * next start. Positions are in bytes.
 */
export function pictureOf(recovery: Recovery) {
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
    /** First byte of the drawing, which shows only the end of the synced part. */
    from,
    batches,
    /** Batches of the whole segment. */
    counts,
    // The visible batches in the file at each of the three moments.
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
