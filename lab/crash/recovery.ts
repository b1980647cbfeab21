import { batchesIn } from '../../examples/lean-bus/src/protocol/format.ts'
import type { FileDamage } from './disk/model.ts'
import type { Layout, Recovery } from './record.ts'

/** The batches of a segment, up to the first invalid one. */
export function readLayout(bytes: Buffer): Layout[] {
  return Array.from(batchesIn(bytes), ({ header, at }) => ({
    offset: Number(header.baseOffset),
    count: header.count,
    at,
    length: header.length,
    durable: Number(header.durable),
  }))
}

/** Follows segments from a power cut to the next start, and keeps the recovery with the best score. */
export function createRecoveries() {
  let damages: readonly FileDamage[] = []
  let best: Recovery | undefined
  return {
    /** Takes the damages of a power cut. */
    damaged(found: readonly FileDamage[]): void {
      damages = found
    },
    /** Takes the lines that the next start wrote. */
    started(lines: readonly string[]): void {
      for (const { written, ...damage } of damages) {
        const warning = lines.find((line) => line.startsWith(`${damage.path}: a torn tail`))
        const [, size] = / bytes from (\d+) cut off/.exec(warning ?? '') ?? []
        if (warning === undefined || size === undefined) continue
        const batches = readLayout(written)
        const sizes = { writtenSize: written.length, recoveredSize: Number(size) }
        const recovery = { ...damage, ...sizes, batches, warning }
        best = pickBetter(best, recovery)
      }
      damages = []
    },
    best: () => best,
  }
}

/** Returns the recovery with the better score. A score of 0 is never picked. */
export function pickBetter(best: Recovery | undefined, found: Recovery | undefined) {
  return found && scoreRecovery(found) > (best ? scoreRecovery(best) : 0) ? found : best
}

/**
 * Scores how well a recovery illustrates the algorithm: it has damage in the unsynced group, and undamaged batches on both
 * sides of the cut. 0 if it doesn't fit the picture.
 */
export function scoreRecovery({ batches, syncedSize, keptSize, ...damage }: Recovery): number {
  const { flipped, zeroed, writtenSize, recoveredSize } = damage
  const isDamaged = ({ at, length }: Layout) =>
    flipped.some((byte) => byte >= at && byte < at + length) ||
    zeroed.some(([from, to]) => from < at + length && to > at)
  const unsynced = batches.filter(({ at }) => at >= syncedSize)
  const whole = unsynced.filter((batch) => batch.at + batch.length <= keptSize && !isDamaged(batch))
  const saved = whole.filter(({ at }) => at < recoveredSize).length
  const after = whole.length - saved
  const synced = batches.length - unsynced.length
  const isLegible = batches.length >= 8 && batches.length <= 30
  if (!isLegible || saved === 0 || after === 0 || synced < 3) return 0
  const effects = [flipped.length > 0, zeroed.length > 0, keptSize < writtenSize]
  return Math.min(saved, 3) + Math.min(after, 3) + 3 * effects.filter(Boolean).length
}
