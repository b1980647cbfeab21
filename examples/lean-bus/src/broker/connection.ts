import type { Duplex } from 'node:stream'
import { BusError } from '../protocol/errors.ts'
import {
  encodeError,
  FrameReader,
  types,
  writeFrame,
  type Frame,
} from '../protocol/frames.ts'
import { limits } from '../protocol/limits.ts'

/** What all connections of a broker hold together, in bytes. */
export class Held {
  /** Of frames that are not whole yet. */
  input = 0
  /** Of batches that are not on the disk yet. */
  unsynced = 0
  /** Lets those go on that were not read from. */
  readonly releases = new Set<() => void>()

  /** Counts a batch until it is on the disk, or refused. */
  async count<T>({ length }: Uint8Array, appended: Promise<T>) {
    this.unsynced += length
    try {
      return await appended
    } finally {
      this.unsynced -= length
      if (this.unsynced <= limits.unsynced / 2) {
        for (const release of this.releases) release()
      }
    }
  }
}

export interface Peer {
  send(type: number, correlation: number, ...parts: Uint8Array[]): void
  sendError(correlation: number, error: unknown): void
  /** It has greeted as it should: from here on it may ask. */
  welcome(): void
  /** Whether it takes more at once. */
  isReady(): boolean
  /**
   * Does one after the other, each when it takes more or is gone: what is read
   * for it is in memory until it has taken it.
   */
  inTurn<T>(operation: () => Promise<T>): Promise<T>
  end(): void
}

export interface PeerOptions {
  held: Held
  /** How long it may be silent, in milliseconds. */
  leaseMs: number
  warn(text: string): void
  /** Each frame, the greeting first. Resolves when it is answered. */
  receive(frame: Frame): Promise<void>
  closed(): void
}

/** Talks to one peer: frames in, frames out, and what it may hold of us. */
export function openPeer(stream: Duplex, options: PeerOptions): Peer {
  const { held, leaseMs, warn, receive, closed } = options
  const reader = new FrameReader(limits.greeting)
  let isGreeted = false
  let isPaused = false
  let requests = 0
  let turn: Promise<unknown> = Promise.resolve()
  let goOn = () => {}
  const isReady = () => stream.writable && !stream.writableNeedDrain
  const lease = setTimeout(() => {
    // While it is not read from for our sake, it cannot say that it lives.
    if (isPaused && isReady()) lease.refresh()
    else stream.destroy()
  }, leaseMs)

  const isFull = () =>
    held.unsynced > limits.unsynced ||
    requests > limits.requests ||
    stream.writableLength > limits.output
  function release() {
    if (!isPaused || isFull()) return
    isPaused = false
    held.releases.delete(release)
    lease.refresh()
    stream.resume()
  }

  async function untilReady() {
    if (isReady() || !stream.writable) return
    await new Promise<void>((resolve) => (goOn = resolve))
  }

  function send(type: number, correlation: number, ...parts: Uint8Array[]) {
    if (stream.writable) writeFrame(stream, type, correlation, ...parts)
  }

  function sendError(correlation: number, error: unknown) {
    const isKnown = error instanceof BusError
    if (!isKnown) warn(`unexpected: ${(error as Error).stack}`)
    const sent = isKnown ? error : new BusError('INTERNAL', 'see its output')
    send(types.ERROR, correlation, ...encodeError(sent))
    const isLast = ['BAD_FRAME', 'BAD_VERSION', 'FRAME_TOO_LARGE']
    if (isLast.includes(sent.code)) stream.end()
  }

  function read(chunk: Buffer) {
    held.input -= reader.buffered
    try {
      for (const frame of reader.push(chunk)) {
        lease.refresh()
        // What follows a greeting that is being refused counts for nothing.
        if (!isGreeted && requests > 0) return
        if (!isGreeted && frame.type !== types.HELLO) {
          throw new BusError('BAD_FRAME', 'the first frame has to be HELLO')
        }
        requests++
        void receive(frame).finally(() => {
          requests--
          release()
        })
      }
    } finally {
      held.input += reader.buffered
    }
    if (held.input > limits.input) {
      throw new BusError('OVERLOADED', 'too many large frames at once')
    }
    if (!isFull()) return
    isPaused = true
    held.releases.add(release)
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
    release()
    goOn()
  })
  stream.on('end', () => stream.end())
  // Whatever ends it, it is the end of its leases.
  stream.on('error', () => {})
  stream.on('close', () => {
    clearTimeout(lease)
    held.input -= reader.buffered
    held.releases.delete(release)
    goOn()
    closed()
  })

  return {
    send,
    sendError,
    welcome() {
      isGreeted = true
      reader.limit = limits.frame
    },
    isReady,
    inTurn(operation) {
      const done = turn.then(untilReady).then(operation)
      turn = done.catch(() => {})
      return done
    },
    end() {
      stream.end()
      // A peer that reads nothing would keep it.
      setTimeout(() => stream.destroy(), 1000).unref()
    },
  }
}
