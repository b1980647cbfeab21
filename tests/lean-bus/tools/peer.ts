import type { Duplex } from 'node:stream'
import { errorCodes, type ErrorCode } from '../../../examples/lean-bus/src/protocol/errors.ts'
import {
  encodeFrame,
  createFrameReader,
  magic,
  types,
  u16,
  u32,
  version,
  type Frame,
} from '../../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../../examples/lean-bus/src/protocol/limits.ts'
import { createSignal } from './signal.ts'

/** The other end of a broker's connection, which sends whatever bytes it likes. */
export interface Peer {
  readonly stream: Duplex
  /** What the broker has sent so far. */
  readonly frames: readonly Frame[]
  /** Whether the broker has ended the connection. */
  hasEnded(): boolean
  write(bytes: Uint8Array): void
  /** The frame that answers this correlation. */
  answer(correlation: number): Frame | undefined
  /** Resolves when the condition holds. It is looked at after each chunk, and at the end. */
  until(condition: () => boolean, description: string): Promise<void>
  /** Resolves when the broker has ended the connection. */
  ended(): Promise<void>
}

export function createPeer(stream: Duplex): Peer {
  const reader = createFrameReader(() => limits.frame)
  const frames: Frame[] = []
  const answers = new Map<number, Frame>()
  const { changed, until } = createSignal()
  let hasEnded = false
  const end = () => {
    hasEnded = true
    changed()
  }
  stream.on('data', (chunk: Buffer) => {
    for (const frame of reader.push(chunk)) {
      frames.push(frame)
      if (frame.type >= types.OK) answers.set(frame.correlation, frame)
    }
    changed()
  })
  stream.on('end', end)
  stream.on('close', end)
  // The broker may have closed what is still being written to.
  stream.on('error', end)
  return {
    stream,
    frames,
    hasEnded: () => hasEnded,
    write: (bytes) => void (stream.writable && stream.write(bytes)),
    answer: (correlation) => answers.get(correlation),
    until,
    ended: () => until(() => hasEnded, 'the end of the connection'),
  }
}

export const frame = (...parts: Parameters<typeof encodeFrame>): Buffer =>
  Buffer.concat(encodeFrame(...parts))

/** What every peer begins with; its answer bears the number 1. */
export const hello: Buffer = frame(types.HELLO, 1, u32(magic), u16(version))

/** The code of an error frame, `OK` for an answer. */
export function codeIn(answer: Frame | undefined): ErrorCode | 'OK' | undefined {
  if (!answer) return undefined
  if (answer.type !== types.ERROR) return 'OK'
  const number = answer.payload.readUInt16BE()
  return (Object.keys(errorCodes) as ErrorCode[]).find((code) => errorCodes[code] === number)
}
