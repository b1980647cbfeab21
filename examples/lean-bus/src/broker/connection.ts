import type { Duplex } from 'node:stream'
import { BusError } from '../protocol/errors.ts'
import {
  createFrameReader,
  encodeError,
  types,
  writeFrame,
  type Frame,
} from '../protocol/frames.ts'
import { limits } from '../protocol/limits.ts'

export type Backpressure = ReturnType<typeof createBackpressure>

/** Counts the bytes that all connections of a broker hold in memory. */
export function createBackpressure() {
  const state = {
    /** Bytes of incomplete frames. */
    input: 0,
    /** Bytes of batches that aren't on the disk yet. */
    unsynced: 0,
    /** Functions that resume paused connections. */
    resumes: new Set<() => void>(),
    /** Counts a batch until it is on the disk or rejected. */
    async count<T>({ length }: Uint8Array, appended: Promise<T>) {
      state.unsynced += length
      try {
        return await appended
      } finally {
        state.unsynced -= length
        if (state.unsynced <= limits.unsynced / 2) {
          for (const resume of state.resumes) resume()
        }
      }
    },
  }
  return state
}

export type Peer = ReturnType<typeof openPeer>

export interface PeerOptions {
  backpressure: Backpressure
  /** A peer that is silent for this long is disconnected, in ms. */
  leaseMs: number
  warn(text: string): void
  /** Handles a frame; HELLO is the first. Resolves when it is answered. */
  receive(frame: Frame): Promise<void>
  closed(): void
}

/** Exchanges frames with one peer and bounds the memory that it can use. */
export function openPeer(stream: Duplex, options: PeerOptions) {
  const { backpressure, leaseMs, warn, receive, closed } = options
  let isGreeted = false
  let isPaused = false
  let requests = 0
  let turn: Promise<unknown> = Promise.resolve()
  let wakeSender = () => {}
  const reader = createFrameReader(() =>
    isGreeted ? limits.frame : limits.greeting,
  )
  /** Whether the stream takes more output now. */
  const isReady = () => stream.writable && !stream.writableNeedDrain
  const lease = setTimeout(() => {
    // A peer that we stopped reading from can't show that it is alive.
    if (isPaused && isReady()) lease.refresh()
    else stream.destroy()
  }, leaseMs)

  const isFull = () =>
    backpressure.unsynced > limits.unsynced ||
    requests > limits.requests ||
    stream.writableLength > limits.output
  function resume() {
    if (!isPaused || isFull()) return
    isPaused = false
    backpressure.resumes.delete(resume)
    lease.refresh()
    stream.resume()
  }

  async function waitUntilReady() {
    if (isReady() || !stream.writable) return
    await new Promise<void>((resolve) => (wakeSender = resolve))
  }

  function send(type: number, correlation: number, ...parts: Uint8Array[]) {
    if (stream.writable) writeFrame(stream, type, correlation, ...parts)
  }

  function sendError(correlation: number, error: unknown) {
    const isKnown = error instanceof BusError
    if (!isKnown) warn(`unexpected error: ${(error as Error).stack}`)
    const sent = isKnown ? error : new BusError('INTERNAL', 'see the output')
    send(types.ERROR, correlation, ...encodeError(sent))
    const isLast = ['BAD_FRAME', 'BAD_VERSION', 'FRAME_TOO_LARGE']
    if (isLast.includes(sent.code)) stream.end()
  }

  function read(chunk: Buffer) {
    backpressure.input -= reader.buffered()
    try {
      for (const frame of reader.push(chunk)) {
        lease.refresh()
        // Frames after a HELLO that is being rejected are ignored.
        if (!isGreeted && requests > 0) return
        if (!isGreeted && frame.type !== types.HELLO) {
          throw new BusError('BAD_FRAME', 'the first frame must be HELLO')
        }
        requests++
        void receive(frame).finally(() => {
          requests--
          resume()
        })
      }
    } finally {
      backpressure.input += reader.buffered()
    }
    if (backpressure.input > limits.input) {
      throw new BusError('OVERLOADED', 'too many large frames at once')
    }
    if (!isFull()) return
    isPaused = true
    backpressure.resumes.add(resume)
    stream.pause()
  }

  stream.on('data', (chunk: Buffer) => {
    if (!stream.writable) return
    try {
      read(chunk)
    } catch (error) {
      sendError(0, error)
      stream.end()
    }
  })
  stream.on('drain', () => {
    resume()
    wakeSender()
  })
  stream.on('end', () => stream.end())
  // 'close' follows every error and ends the leases.
  stream.on('error', () => {})
  stream.on('close', () => {
    clearTimeout(lease)
    backpressure.input -= reader.buffered()
    backpressure.resumes.delete(resume)
    wakeSender()
    closed()
  })

  return {
    send,
    sendError,
    /** Whether the peer has sent a valid HELLO. */
    isGreeted: () => isGreeted,
    /** Allows requests after a valid HELLO. */
    acceptHello() {
      isGreeted = true
    },
    isReady,
    /**
     * Runs one operation after the other, each when the peer is ready or gone.
     * So at most one operation's bytes wait in memory for a slow peer.
     */
    inTurn<T>(operation: () => Promise<T>) {
      const done = turn.then(waitUntilReady).then(operation)
      turn = done.catch(() => {})
      return done
    },
    end() {
      stream.end()
      // A peer that reads nothing would keep the connection open.
      setTimeout(() => stream.destroy(), 1000).unref()
    },
  }
}
