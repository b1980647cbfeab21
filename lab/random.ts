import { createHash } from 'node:crypto'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

/** Random choices that the same labels repeat. */
export type Random = ReturnType<typeof createRandom>

/**
 * Creates a random number generator that is seeded with labels. Each list of labels has its own sequence, so that one part
 * of a run doesn't change the choices of another.
 */
export function createRandom(...labels: readonly (string | number)[]) {
  const digest = createHash('sha256').update(labels.join('/')).digest()
  const state = [0, 4, 8, 12].map((at) => digest.readInt32LE(at))
  const generator = xoroshiro128plusFromState(state)
  /** An integer from `least` to `most`, both included. */
  const between = (least: number, most: number) => uniformInt(generator, least, most)
  return {
    between,
    /** True with this probability, from 0 to 1. */
    chance: (probability: number) => uniformFloat64(generator) < probability,
    pick: <T>(items: readonly [T, ...T[]]): T => items[between(0, items.length - 1)] ?? items[0],
    bytes: (length: number) => Buffer.from(Array.from({ length }, () => between(0, 255))),
  }
}
