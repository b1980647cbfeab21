import { expect } from 'vitest'
import { types } from '../../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../../examples/lean-bus/src/protocol/limits.ts'
import { readCode, type Peer } from '../tools/peer.ts'

/** The frames in a stream of bytes, by the sizes and types of PROTOCOL.md alone. */
export interface ParsedStream {
  /** Correlations of the complete requests. The broker has to answer all of them, unless an error closes the connection. */
  readonly requests: number[]
  readonly frames: number
  /** Whether a size, or the first frame, closes the connection. */
  readonly isUnreadable: boolean
}

export function parseStream(bytes: Buffer): ParsedStream {
  const requests: number[] = []
  let frames = 0
  for (let at = 0; at + 4 <= bytes.length;) {
    const size = bytes.readUInt32BE(at)
    const limit = frames === 0 ? limits.greeting : limits.frame
    if (size < 5 || size > limit) return { requests, frames, isUnreadable: true }
    if (at + 4 + size > bytes.length) break
    const type = bytes.readUInt8(at + 4)
    if (frames === 0 && type !== types.HELLO) return { requests, frames: 1, isUnreadable: true }
    if (type !== types.CREDIT) requests.push(bytes.readUInt32BE(at + 5))
    frames++
    at += 4 + size
  }
  return { requests, frames, isUnreadable: false }
}

/** After these errors the broker closes the connection. */
const closing = ['BAD_FRAME', 'BAD_VERSION', 'FRAME_TOO_LARGE']

/** Expects one answer for each request, or an error that closed the connection. */
export async function expectAnswers(peer: Peer, stream: ParsedStream): Promise<void> {
  const { requests, isUnreadable } = stream
  const answers = () => peer.frames.filter(({ type }) => type >= types.OK)
  if (isUnreadable) await peer.ended()
  else {
    await peer.waitFor(
      () => peer.hasEnded() || answers().length >= requests.length,
      `${requests.length} answers`,
    )
  }
  const codes = answers().map(readCode)
  const reasons = codes.filter((code) => closing.includes(code ?? ''))
  if (peer.hasEnded() || reasons.length > 0) {
    await peer.ended()
    expect(reasons.length, 'errors that close the connection').toBeGreaterThan(0)
    return
  }
  const sort = (numbers: number[]) => numbers.toSorted((a, b) => a - b)
  expect(sort(answers().map(({ correlation }) => correlation))).toEqual(sort(requests))
  expect(codes).not.toContain('INTERNAL')
  expect(codes).not.toContain(undefined)
}
