import type { Duplex } from 'node:stream'
import { LostError } from '../protocol/errors.ts'
import {
  Fields,
  FrameReader,
  readError,
  writeFrame,
} from '../protocol/frames.ts'
import {
  magic,
  types,
  u16,
  u32,
  version,
  type Frame,
} from '../protocol/frames.ts'
import { limits } from '../protocol/limits.ts'

/** What a subscription is told. */
export interface Subscriber {
  /** A lease begins. */
  active(lease: { start: bigint; epoch: number }): void
  /** Whole batches; the first may begin before `start`. */
  deliver(batches: Buffer): void
  /** No lease is left: the connection is, or the broker cannot read on. */
  lost(error: Error): void
}

export type Session = Awaited<ReturnType<typeof openSession>>

/**
 * Greets a broker at the other end of a stream, and keeps the lease by pings.
 *
 * @throws BusError BAD_VERSION; LostError when the stream ends instead
 */
export async function openSession(stream: Duplex) {
  const reader = new FrameReader(limits.frame)
  const waiting = new Map<number, PromiseWithResolvers<Buffer>>()
  const subscribers = new Map<number, Subscriber>()
  const lost = Promise.withResolvers<Error>()
  let isLost = false
  let last = 0
  /** Until when the broker keeps our leases at least: it may hear us later. */
  let leaseEnd = Infinity
  let leaseMs = Infinity

  function lose(error: Error) {
    if (isLost) return
    isLost = true
    clearInterval(pinging)
    stream.end()
    // Not at once: the other end of a duplex pair learns of the end alone.
    setImmediate(() => stream.destroy())
    for (const { reject } of waiting.values()) reject(error)
    for (const subscriber of subscribers.values()) subscriber.lost(error)
    lost.resolve(error)
  }

  /** Sends a frame that has no answer, or whose answer has this number. */
  const send = (type: number, correlation: number, ...parts: Uint8Array[]) =>
    writeFrame(stream, type, correlation, ...parts)

  /**
   * Resolves with the payload of the answer.
   *
   * @throws BusError with the broker's code; LostError when none comes
   */
  async function request(type: number, ...parts: Uint8Array[]) {
    if (!isAlive()) throw new LostError('the connection is lost')
    const sent = performance.now()
    const correlation = ++last
    const answer = Promise.withResolvers<Buffer>()
    waiting.set(correlation, answer)
    send(type, correlation, ...parts)
    const payload = await answer.promise
    leaseEnd = Math.max(sent + leaseMs, leaseEnd)
    return payload
  }

  /** Whether the broker surely keeps our leases still. */
  function isAlive() {
    if (performance.now() > leaseEnd) lose(new LostError('the lease is over'))
    return !isLost
  }

  function receive({ type, correlation, payload }: Frame) {
    const fields = new Fields(payload)
    const answer = waiting.get(correlation)
    const subscriber = subscribers.get(correlation)
    switch (type) {
      case types.OK:
        waiting.delete(correlation)
        return answer?.resolve(payload)
      case types.ERROR: {
        const error = readError(fields)
        waiting.delete(correlation)
        if (answer) return answer.reject(error)
        if (subscriber) return subscriber.lost(error)
        return lose(error)
      }
      case types.ACTIVE:
        return subscriber?.active({ start: fields.u64(), epoch: fields.u32() })
      case types.DELIVER:
        return subscriber?.deliver(payload)
    }
  }

  stream.on('data', (chunk: Buffer) => {
    try {
      for (const frame of reader.push(chunk)) receive(frame)
    } catch (error) {
      lose(error as Error)
    }
  })
  const end = (cause?: Error) =>
    lose(new LostError('the connection is lost', { cause }))
  stream.on('error', end)
  stream.on('close', () => end())
  let pinging = setTimeout(end, limits.greetingMs)

  const greeted = performance.now()
  const hello = await request(types.HELLO, u32(magic), u16(version))
  clearTimeout(pinging)
  // What the broker's version and its largest frame are, is in PROTOCOL.md.
  leaseMs = hello.readUInt32BE(6)
  leaseEnd = greeted + leaseMs
  pinging = setInterval(() => {
    if (isAlive()) request(types.PING).catch(() => {})
  }, leaseMs / 4)

  return {
    request,
    send,
    isAlive,
    subscribers,
    /** A number that no other subscription of this session has. */
    nextId: () => ++last,
    /** Resolves with the reason when the connection is over. */
    lost: lost.promise,
    close() {
      lose(new LostError('closed'))
    },
  }
}
