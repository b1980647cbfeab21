import { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { types, writeFrame } from '../../examples/lean-bus/src/protocol/frames.ts'

/** Creates a stream that stores the size of each write. */
function createSink() {
  const sizes: number[] = []
  const stream = new Writable({
    highWaterMark: 2 ** 20,
    writev(chunks, done) {
      sizes.push(chunks.reduce((sum, { chunk }) => sum + (chunk as Buffer).length, 0))
      done()
    },
  })
  return { stream, sizes }
}

/** Bytes of a frame before its payload. */
const head = 9

test('small frames of one turn of the event loop are written together at its end', async () => {
  const { stream, sizes } = createSink()
  for (const payload of [1, 2, 3]) writeFrame(stream, types.OK, 1, Buffer.alloc(payload))
  expect(sizes).toEqual([])
  await nextTurn()
  expect(sizes).toEqual([3 * head + 6])
})

test('a large frame is written at once, after the small ones before it, and does not delay later frames', async () => {
  const { stream, sizes } = createSink()
  const large = 100_000
  writeFrame(stream, types.OK, 1, Buffer.alloc(1))
  writeFrame(stream, types.PRODUCE, 2, Buffer.alloc(large))
  expect(sizes).toEqual([2 * head + 1 + large])
  writeFrame(stream, types.PRODUCE, 3, Buffer.alloc(large))
  expect(sizes).toEqual([2 * head + 1 + large, head + large])
  writeFrame(stream, types.OK, 4)
  await nextTurn()
  expect(sizes).toEqual([2 * head + 1 + large, head + large, head])
})
