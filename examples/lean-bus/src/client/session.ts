import type { Duplex } from 'node:stream'
import { LostError } from '../protocol/errors.ts'
import {
  createFieldReader,
  createFrameReader,
  decodeError,
  magic,
  types,
  u16,
  u32,
  version,
  writeFrame,
  type Frame,
} from '../protocol/frames.ts'
import { limits } from '../protocol/limits.ts'

/** Receives the events of a subscription. */
export interface Subscriber {
  /** A lease begins. */
  active(lease: { start: bigint; epoch: number }): void
  /** Whole batches arrive. The first may begin before `start`. */
  deliver(batches: Buffer): void
  /** The lease is lost, with the connection or because the broker failed. */
  lost(error: Error): void
}

export type Session = Awaited<ReturnType<typeof openSession>>

/**
 * Sends HELLO to the broker at the other end of a stream, then keeps the lease
 * alive with pings.
 *
 * @throws BusError BAD_VERSION; LostError when the stream ends first
 */
export async function openSession(stream: Duplex) {
  const reader = createFrameReader(() => limits.frame)
  const waiting = new Map<number, PromiseWithResolvers<Buffer>>()
  const subscribers = new Map<number, Subscriber>()
  const lost = Promise.withResolvers<Error>()
  let isLost = false
  let lastId = 0
  /** Earliest time our leases can expire. */
  let leaseEnd = Infinity
  let leaseMs = Infinity

  function lose(error: Error) {
    if (isLost) return
    isLost = true
    clearInterval(timer)
    stream.end()
    // Destroyed in the next turn, so that the other end of a duplex pair sees
    // the end of the stream.
    setImmediate(() => stream.destroy())
    for (const { reject } of waiting.values()) reject(error)
    for (const subscriber of subscribers.values()) subscriber.lost(error)
    lost.resolve(error)
  }

  /** Sends a frame without waiting for an answer. */
  const send = (type: number, correlation: number, ...parts: Uint8Array[]) =>
    writeFrame(stream, type, correlation, ...parts)

  /**
   * Resolves with the payload of the answer.
   *
   * @throws BusError with the broker's code; LostError without an answer
   */
  async function request(type: number, ...parts: Uint8Array[]) {
    if (!isAlive()) throw new LostError('the connection is lost')
    const sent = performance.now()
    const correlation = ++lastId
    const answer = Promise.withResolvers<Buffer>()
    waiting.set(correlation, answer)
    send(type, correlation, ...parts)
    const payload = await answer.promise
    leaseEnd = Math.max(sent + leaseMs, leaseEnd)
    return payload
  }

  /** Whether the broker certainly still keeps our leases. */
  function isAlive() {
    if (performance.now() > leaseEnd) lose(new LostError('the lease is over'))
    return !isLost
  }

  function receive({ type, correlation, payload }: Frame) {
    const fields = createFieldReader(payload)
    const answer = waiting.get(correlation)
    const subscriber = subscribers.get(correlation)
    switch (type) {
      case types.OK:
        waiting.delete(correlation)
        return answer?.resolve(payload)
      case types.ERROR: {
        const error = decodeError(payload)
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
  let timer = setTimeout(end, limits.greetingMs)

  const greeted = performance.now()
  const hello = await request(types.HELLO, u32(magic), u16(version))
  clearTimeout(timer)
  // The answer begins with the version and the largest frame: 6 bytes.
  leaseMs = hello.readUInt32BE(6)
  leaseEnd = greeted + leaseMs
  timer = setInterval(() => {
    if (isAlive()) request(types.PING).catch(() => {})
  }, leaseMs / 4)

  return {
    request,
    send,
    isAlive,
    subscribers,
    /** An ID that no other subscription or request of this session has. */
    nextId: () => ++lastId,
    /** Resolves with the reason when the connection is over. */
    lost: lost.promise,
    close() {
      lose(new LostError('closed'))
    },
  }
}
