import { expect } from 'vitest'
import { types } from '../../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../../examples/lean-bus/src/protocol/limits.ts'
import { codeIn, type Peer } from '../tools/peer.ts'

/** What a broker finds in a stream of bytes, by the sizes and types of PROTOCOL.md alone. */
export interface Reading {
  /** The correlations of whole frames that have to be answered, if nothing before them ends the connection. */
  readonly asked: number[]
  readonly frames: number
  /** Whether a size, or the first frame, ends the connection. */
  readonly isUnreadable: boolean
}

export function readAsBroker(bytes: Buffer): Reading {
  const asked: number[] = []
  let frames = 0
  for (let at = 0; at + 4 <= bytes.length;) {
    const size = bytes.readUInt32BE(at)
    const limit = frames === 0 ? limits.greeting : limits.frame
    if (size < 5 || size > limit) return { asked, frames, isUnreadable: true }
    if (at + 4 + size > bytes.length) break
    const type = bytes.readUInt8(at + 4)
    if (frames === 0 && type !== types.HELLO) return { asked, frames: 1, isUnreadable: true }
    if (type !== types.CREDIT) asked.push(bytes.readUInt32BE(at + 5))
    frames++
    at += 4 + size
  }
  return { asked, frames, isUnreadable: false }
}

/** After these the broker ends the connection. */
const last = ['BAD_FRAME', 'BAD_VERSION', 'FRAME_TOO_LARGE']

/** Each frame has its one answer, or there is an error that ended the connection. */
export async function expectAnswers(peer: Peer, { asked, isUnreadable }: Reading): Promise<void> {
  const answers = () => peer.frames.filter(({ type }) => type >= types.OK)
  if (isUnreadable) await peer.ended()
  else {
    await peer.until(
      () => peer.hasEnded() || answers().length >= asked.length,
      `${asked.length} answers`,
    )
  }
  const codes = answers().map(codeIn)
  const reasons = codes.filter((code) => last.includes(code ?? ''))
  if (peer.hasEnded() || reasons.length > 0) {
    await peer.ended()
    expect(reasons.length, 'why the connection has ended').toBeGreaterThan(0)
    return
  }
  const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b)
  const answered = answers().map(({ correlation }) => correlation)
  expect(sorted(answered)).toEqual(sorted(asked))
  expect(codes).not.toContain('INTERNAL')
  expect(codes).not.toContain(undefined)
}
