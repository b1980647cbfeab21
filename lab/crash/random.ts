import { createHash } from 'node:crypto'

/** Choices that look random and that the same labels repeat. */
export interface Random {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  /** True in this share of the cases, from 0 to 1. */
  chance(share: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
}

/**
 * A stream of choices of its own for each list of labels, so that what one part of a run draws does not move what another
 * draws.
 */
export function createRandom(...labels: readonly (string | number)[]): Random {
  const digest = createHash('sha256').update(labels.join('/')).digest()
  let state = digest.readUInt32LE()
  // Mulberry32, by Tommy Ettinger: 32 bits of state, as many as these choices need.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    between,
    chance: (share) => next() < share,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
  }
}
