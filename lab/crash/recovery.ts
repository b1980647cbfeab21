import fs from 'node:fs'
import { join } from 'node:path'
import { batchesIn } from '../../examples/lean-bus/src/protocol/format.ts'
import type { Damage } from './disk-state.ts'
import type { Layout, Recovery } from './record.ts'

/** The batches of a segment, up to the first that is not whole. */
export function layoutOf(bytes: Buffer): Layout[] {
  return Array.from(batchesIn(bytes), ({ header, at }) => ({
    offset: Number(header.baseOffset),
    count: header.count,
    at,
    length: header.length,
    durable: Number(header.durable),
  }))
}

/** Follows segments from a power cut to the start after it, and keeps the one that shows most. */
export function createRecoveries(data: string) {
  let layouts = new Map<string, Layout[]>()
  let damaged: readonly Damage[] = []
  let best: Recovery | undefined
  return {
    /** Before a power cut damages a file. */
    before(path: string): void {
      layouts.set(path, layoutOf(fs.readFileSync(join(data, path))))
    },
    damaged(damages: readonly Damage[]): void {
      damaged = damages
    },
    /** After a start, with the lines that it wrote. */
    after(lines: readonly string[]): void {
      for (const damage of damaged) {
        const warning = lines.find((line) => line.startsWith(`${damage.path}: a torn tail`))
        const [, size] = / bytes from (\d+) cut off/.exec(warning ?? '') ?? []
        if (warning === undefined || size === undefined) continue
        const batches = layouts.get(damage.path) ?? []
        const recovery = { ...damage, batches, recoveredSize: Number(size), warning }
        if (telling(recovery) > (best ? telling(best) : 0)) best = recovery
      }
      damaged = []
      layouts = new Map()
    },
    best: () => best,
  }
}

/** How much a recovery shows: damage within the unsynced group, and whole batches on either side of it. */
export function telling({ batches, syncedSize, keptSize, ...damage }: Recovery): number {
  const { flipped, zeroed, writtenSize, recoveredSize } = damage
  const isHit = ({ at, length }: Layout) =>
    flipped.some((byte) => byte >= at && byte < at + length) ||
    zeroed.some(([from, to]) => from < at + length && to > at)
  const unsynced = batches.filter(({ at }) => at >= syncedSize)
  const whole = unsynced.filter((batch) => batch.at + batch.length <= keptSize && !isHit(batch))
  const saved = whole.filter(({ at }) => at < recoveredSize).length
  const after = whole.length - saved
  const synced = batches.length - unsynced.length
  const isLegible = batches.length >= 8 && batches.length <= 30
  if (!isLegible || saved === 0 || after === 0 || synced < 3) return 0
  const tricks = [flipped.length > 0, zeroed.length > 0, keptSize < writtenSize]
  return Math.min(saved, 3) + Math.min(after, 3) + 3 * tricks.filter(Boolean).length
}
