import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createInbox, type Inbox } from './client/inbox.ts'
import { openSession, type Session } from './client/session.ts'
import { FencedError, TooLargeError } from './port.ts'
import type { Bus, BusRecord, Handler, NewRecord } from './port.ts'
import type { Position, Subscription } from './port.ts'
import { BusError, hasCode, LostError } from './protocol/errors.ts'
import { batchesIn, encodeBatch, recordsIn } from './protocol/format.ts'
import { text, types, u32, u64 } from './protocol/frames.ts'
import { encodeRecord } from './protocol/records.ts'
import type { Settings } from './settings.ts'

export * from './port.ts'

/** Opens a stream to a broker, over TCP or within the process. */
export type Open = () => Promise<Duplex>

type Sessions = ReturnType<typeof createSessions>

/** How much the broker may send ahead of the handler, in bytes. */
const creditBytes = 256 * 1024
/** The largest batch of several records, in bytes. */
const maxBatchBytes = 1024 * 1024

/** @throws Error that names the address when no broker answers within 1 s */
export async function connect(broker: Settings | Open): Promise<Bus> {
  const sessions = createSessions(broker)
  const outboxes = new Map<string, ReturnType<typeof createOutbox>>()
  const subscriptions = new Set<Subscription>()
  await sessions.retry(async () => {}, 1000)

  return {
    async publish(topic, record) {
      const outbox = outboxes.get(topic) ?? createOutbox(topic, sessions)
      outboxes.set(topic, outbox)
      return outbox.publish(record).catch((cause) => {
        if (!hasCode(cause, 'RECORD_TOO_LARGE')) throw cause
        throw new TooLargeError(cause.message, { cause })
      })
    },
    async subscribe({ topic, group }, handle) {
      const subscription = await join(topic, group, handle, sessions)
      subscriptions.add(subscription)
      return subscription
    },
    async close() {
      await Promise.all([...subscriptions].map(({ stop }) => stop()))
      await waitUpTo5s(
        Promise.all([...outboxes.values()].map(({ sent }) => sent())),
      )
      await sessions.close()
    },
  }
}

/** Keeps one session open. Opens the next one when it is lost. */
export function createSessions(broker: Settings | Open) {
  const open = typeof broker === 'function' ? broker : overTcp(broker)
  let session: Promise<Session> | undefined
  let isClosed = false
  function current() {
    const opened = (session ??= open().then(openSession))
    const forget = () => {
      if (session === opened) session = undefined
    }
    opened.then(({ lost }) => lost).then(forget, forget)
    return opened
  }
  return {
    /**
     * Runs an operation, and again on the next session while errors are
     * temporary. 20 s are longer than a restart of the broker.
     */
    async retry<T>(
      operation: (session: Session) => Promise<T>,
      limitMs = 20_000,
    ) {
      for (const deadline = Date.now() + limitMs; ;) {
        if (isClosed) throw new LostError('the bus is closed')
        try {
          return await operation(await current())
        } catch (error) {
          if (!isTemporary(error) || Date.now() > deadline) throw error
          await sleep(200)
        }
      }
    },
    async close() {
      isClosed = true
      const last = await session?.catch(() => undefined)
      last?.close()
    },
  }
}

export function overTcp({ host, port }: Settings): Open {
  return async () => {
    const socket = createConnection({ host, port, noDelay: true })
    await once(socket, 'connect').catch((cause) => {
      throw new LostError(
        `No broker answers at ${host}:${port}. Start one with: npm run broker, or check BUS.`,
        { cause },
      )
    })
    return socket
  }
}

const isTemporary = (error: unknown) =>
  error instanceof LostError || hasCode(error, 'OVERLOADED', 'SHUTTING_DOWN')

// #region publish
/** Sends one batch at a time. Records published meanwhile form the next. */
function createOutbox(topic: string, sessions: Sessions) {
  const waiting: Waiting[] = []
  let producerId = 0n
  let sequence = 0
  let running: Promise<void> | undefined

  async function send(batch: Waiting[]) {
    // The broker recognizes a batch that is sent again by these two numbers.
    // The sequence has 32 bits.
    if (sequence > 2 ** 31) producerId = 0n
    if (producerId === 0n) sequence = 0
    producerId ||= randomBytes(8).readBigUInt64BE()
    const identity = { producerId, firstSeq: sequence }
    try {
      const records = batch.map(({ bytes }) => bytes)
      const encoded = encodeBatch(records, identity)
      const answer = await sessions.retry(({ request }) =>
        request(types.PRODUCE, text(topic), encoded),
      )
      const base = answer.readBigUInt64BE()
      sequence += batch.length
      for (const [i, { resolve }] of batch.entries()) {
        resolve({ partition: 0, offset: base + BigInt(i) })
      }
    } catch (error) {
      // The broker may have stored it or not, so the next batch needs a new ID.
      producerId = 0n
      for (const { reject } of batch) reject(error)
    }
  }

  async function run() {
    while (waiting.length > 0) await send(takeBatch(waiting))
    running = undefined
  }

  return {
    async publish(record: NewRecord) {
      const bytes = encodeRecord(record)
      return new Promise<Position>((resolve, reject) => {
        waiting.push({ bytes, resolve, reject })
        running ??= Promise.resolve().then(run)
      })
    },
    /** Resolves when no record is waiting. */
    sent: () => running,
  }
}
// #endregion

interface Waiting {
  bytes: Buffer
  resolve(position: Position): void
  reject(error: unknown): void
}

function takeBatch(waiting: Waiting[]) {
  let size = 0
  const firstExcess = waiting.findIndex(({ bytes }, i) => {
    size += bytes.length
    return i > 0 && size > maxBatchBytes
  })
  return waiting.splice(0, firstExcess === -1 ? waiting.length : firstExcess)
}

// #region subscribe
async function join(
  topic: string,
  group: string,
  handle: Handler,
  sessions: Sessions,
): Promise<Subscription> {
  const enter = () =>
    sessions.retry((session) => enterGroup(session, topic, group))
  let isStopped = false
  let current: Membership | undefined = await enter()

  async function consume() {
    while (!isStopped) {
      try {
        current ??= await enter()
        // `stop` may have been called while the member joined again.
        if (!isStopped) await consumeLease(current, topic, handle)
      } catch (error) {
        if (!(error instanceof FencedError)) throw error
      } finally {
        await current?.leave()
        current = undefined
      }
    }
  }
  const ended = consume()
  const settled = ended.catch(() => {})
  return {
    ended,
    async stop() {
      isStopped = true
      current?.inbox.end()
      await waitUpTo5s(settled)
    },
  }
}

/** Handles one record after the other until the lease ends. */
async function consumeLease(
  membership: Membership,
  topic: string,
  handle: Handler,
) {
  const { session, id, inbox } = membership
  for await (const bytes of inbox) {
    let read = 0
    for (const { header, batch } of batchesIn(bytes)) {
      read += batch.length
      let offset = header.baseOffset
      for (const fields of recordsIn(batch)) {
        const record = { ...fields, topic, partition: 0, offset: offset++ }
        if (record.offset < membership.start) continue
        if (inbox.isEnded()) return
        await handleOne(record, membership, handle)
      }
    }
    if (read < bytes.length) {
      throw new BusError('BAD_CRC', 'a batch was damaged on its way')
    }
    session.send(types.CREDIT, 0, u32(id), u32(read))
  }
}

async function handleOne(
  record: BusRecord,
  membership: Membership,
  handle: Handler,
) {
  if (!membership.session.isAlive()) throw new FencedError('The lease is over')
  let hasReturned = false
  await handle(record, async () => {
    if (hasReturned) throw new FencedError('The handler has returned')
    await commit(membership, record.offset + 1n)
  }).finally(() => (hasReturned = true))
}
// #endregion

interface Membership {
  session: Session
  /** The ID of the subscription. */
  id: number
  /** The offset at which the lease starts. */
  start: bigint
  /** The epoch of the lease. 0 while this member is on standby. */
  epoch: number
  /** Deliveries, which consist of whole batches. */
  inbox: Inbox<Buffer>
  leave(): Promise<void>
}

/** Joins a group. The member holds its lease or is on standby afterwards. */
async function enterGroup(session: Session, topic: string, group: string) {
  const id = session.nextId()
  const inbox = createInbox<Buffer>()
  const membership: Membership = {
    session,
    id,
    start: 0n,
    epoch: 0,
    inbox,
    async leave() {
      session.subscribers.delete(id)
      // If the broker doesn't answer, the lease expires.
      await session.request(types.UNSUBSCRIBE, u32(id)).catch(() => {})
    },
  }
  session.subscribers.set(id, {
    active: (lease) => Object.assign(membership, lease),
    deliver: inbox.push,
    lost: (error) => inbox.end(asFenced(error)),
  })
  const names = [text(topic), text(group)]
  try {
    await session.request(types.SUBSCRIBE, ...names, u32(id), u32(creditBytes))
  } catch (error) {
    session.subscribers.delete(id)
    throw error
  }
  return membership
}

// #region commit
/** Commits under the lease of the record, or rejects with `FencedError`. */
async function commit({ session, id, epoch }: Membership, next: bigint) {
  const fields = [u32(id), u32(epoch), u64(next)]
  await session.request(types.COMMIT, ...fields).catch((error) => {
    throw asFenced(error)
  })
}
// #endregion

/** A lost connection ends the lease: another member may hold the next one. */
function asFenced(error: Error) {
  const isOver =
    error instanceof LostError ||
    hasCode(error, 'FENCED', 'NOT_ACTIVE', 'SHUTTING_DOWN')
  return isOver ? new FencedError('The lease is over', { cause: error }) : error
}

async function waitUpTo5s(operation: Promise<unknown>) {
  await Promise.race([operation, sleep(5000, undefined, { ref: false })])
}
