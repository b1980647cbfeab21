/**
 * A trial: does a log write faster to a file that has its size already? Then fdatasync need not write the new size too. Each
 * way appends blocks to a new file with fdatasync after each, as the log does with its groups; then the whole bus is measured
 * with files that grow, as its own do, and with files whose size is set ahead.
 */
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { build } from 'hdr-histogram-js'
import { ahead } from './ahead-folder.ts'
import { loadNames, ways, type Trial, type Way } from './record.ts'

/** From one record of 1,000 bytes to what the bench's groups come to, in bytes. */
export const blocks = [1_072, 16_000, 100_000, 250_000, 1_000_000] as const

const zeros = Buffer.alloc(ahead)

/** Writes so for so long to a file in this folder. */
export function tryOut(
  folder: string,
  { way, block }: { way: Way; block: number },
  round: number,
  seconds: number,
): Trial {
  const latencies = build({ highestTrackableValue: 60e6, numberOfSignificantValueDigits: 3 })
  const path = join(folder, 'preallocate')
  const bytes = Buffer.alloc(block, 'x')
  const file = openSync(path, 'wx')
  try {
    const begin = performance.now()
    const passed = () => (performance.now() - begin) / 1000
    let writes = 0
    for (let at = 0, size = 0; passed() < seconds; at += block, writes++) {
      if (way !== 'growing' && at + block > size) {
        if (way === 'zeros ahead') writeSync(file, zeros, 0, ahead, size)
        else ftruncateSync(file, size + ahead)
        size += ahead
        fsyncSync(file)
      }
      const before = performance.now()
      writeSync(file, bytes, 0, block, at)
      fdatasyncSync(file)
      latencies.recordValue(Math.round((performance.now() - before) * 1000))
    }
    const time = passed()
    return {
      round,
      way,
      block,
      seconds: Math.round(time * 1000) / 1000,
      writes,
      megabytesPerSecond: Math.round((writes * block) / time / 1e4) / 100,
      p50: latencies.getValueAtPercentile(50) / 1000,
      p99: latencies.getValueAtPercentile(99) / 1000,
    }
  } finally {
    closeSync(file)
    rmSync(path)
  }
}

/** What is tried once in each round, in this order: on the disk alone, then by the whole bus. */
export const trials = blocks.flatMap((block) => ways.map((way) => ({ way, block })))
export const busTrials = loadNames.flatMap((load) =>
  (['growing', 'size ahead'] as const).map((way) => ({ load, way })),
)
