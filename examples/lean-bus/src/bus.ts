import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { openSession, type Session } from './client/session.ts'
import { BusError, LostError } from './protocol/errors.ts'
import { batchesIn, encodeBatch, recordsIn } from './protocol/format.ts'
import { text, types, u32, u64 } from './protocol/frames.ts'
import { createInbox, type Inbox } from './client/inbox.ts'
import { FencedError, type Bus, type BusRecord, type Handle } from './port.ts'
import type { NewRecord, Position, Subscription } from './port.ts'
import { encodeRecord } from './protocol/records.ts'
import type { Settings } from './settings.ts'

export * from './port.ts'

/** Opens a stream to a broker: over TCP, or within the process. */
export type Open = () => Promise<Duplex>

/** Does something with the session, again with the next one if it is lost. */
type Persist = <T>(operation: (session: Session) => Promise<T>) => Promise<T>

/** What is sent ahead of the handler, in bytes. */
const credit = 256 * 1024
/** Of one batch, unless a single record is larger, in bytes. */
const batchBytes = 1024 * 1024

/** @throws Error that names the address when for 1 s nobody answers there */
export async function connect(broker: Settings | Open): Promise<Bus> {
  const sessions = createSessions(
    typeof broker === 'function' ? broker : overTcp(broker),
  )
  const outboxes = new Map<string, ReturnType<typeof createOutbox>>()
  const subscriptions = new Set<Subscription>()
  await sessions.persist(async () => {}, 1000)

  return {
    async publish(topic, record) {
      const outbox =
        outboxes.get(topic) ?? createOutbox(topic, sessions.persist)
      outboxes.set(topic, outbox)
      return outbox.publish(record)
    },
    async subscribe({ topic, group }, handle) {
      const subscription = await join(topic, group, handle, sessions.persist)
      subscriptions.add(subscription)
      return subscription
    },
    async close() {
      await Promise.all([...subscriptions].map(({ stop }) => stop()))
      await within5s(
        Promise.all([...outboxes.values()].map(({ sent }) => sent())),
      )
      await sessions.close()
    },
  }
}

/** One session after the other. */
export function createSessions(open: Open) {
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
    /** Tries for so long, in milliseconds: 20 s outlast a restart. */
    async persist<T>(
      operation: (session: Session) => Promise<T>,
      limit = 20_000,
    ) {
      for (const end = Date.now() + limit; ;) {
        if (isClosed) throw new LostError('the bus is closed')
        try {
          return await operation(await current())
        } catch (error) {
          if (!mayPass(error) || Date.now() > end) throw error
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
      const mend = 'Start one with: npm run broker, or check BUS.'
      const message = `No broker answers at ${host}:${port}. ${mend}`
      throw new LostError(message, { cause })
    })
    return socket
  }
}

function mayPass(error: unknown) {
  if (error instanceof LostError) return true
  if (!(error instanceof BusError)) return false
  return error.code === 'OVERLOADED' || error.code === 'SHUTTING_DOWN'
}

// #region publish
/** Sends one batch at a time: what is published meanwhile is the next one. */
function createOutbox(topic: string, persist: Persist) {
  const waiting: Waiting[] = []
  let producerId = 0n
  let sequence = 0
  let running: Promise<void> | undefined

  async function send(taken: Waiting[]) {
    // The broker knows a batch that it is sent again by these two numbers. The
    // second has 32 bits.
    if (sequence > 2 ** 31) producerId = 0n
    if (producerId === 0n) sequence = 0
    producerId ||= randomBytes(8).readBigUInt64BE()
    const identity = { producerId, firstSeq: sequence }
    try {
      const batch = encodeBatch(
        taken.map(({ bytes }) => bytes),
        identity,
      )
      const answer = await persist(({ request }) =>
        request(types.PRODUCE, text(topic), batch),
      )
      const base = answer.readBigUInt64BE()
      sequence += taken.length
      for (const [i, { resolve }] of taken.entries()) {
        resolve({ partition: 0, offset: base + BigInt(i) })
      }
    } catch (error) {
      // It may be stored or not: what comes next is another sender's.
      producerId = 0n
      for (const { reject } of taken) reject(error)
    }
  }

  async function run() {
    while (waiting.length > 0) await send(takeBatch(waiting))
    running = undefined
  }

  return {
    publish({ key, value, headers = {} }: NewRecord) {
      const bytes = encodeRecord({ key, value, headers })
      return new Promise<Position>((resolve, reject) => {
        waiting.push({ bytes, resolve, reject })
        running ??= Promise.resolve().then(run)
      })
    },
    /** Resolves when nothing is waiting. */
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
  const large = waiting.findIndex(({ bytes }, i) => {
    size += bytes.length
    return i > 0 && size > batchBytes
  })
  return waiting.splice(0, large === -1 ? waiting.length : large)
}

// #region subscribe
async function join(
  topic: string,
  group: string,
  handle: Handle,
  persist: Persist,
): Promise<Subscription> {
  const enter = () => persist((session) => enterGroup(session, topic, group))
  let stopped = false
  let current: Membership | undefined = await enter()

  async function serve() {
    while (!stopped) {
      try {
        current ??= await enter()
        // It may have been stopped while it joined again.
        if (!stopped) await serveLeases(current, topic, handle)
      } catch (error) {
        if (!(error instanceof FencedError)) throw error
      } finally {
        await current?.leave()
        current = undefined
      }
    }
  }
  const ended = serve()
  const settled = ended.catch(() => {})
  return {
    ended,
    async stop() {
      stopped = true
      current?.inbox.end()
      await within5s(settled)
    },
  }
}

/** Handles one record after the other, as long as the lease lasts. */
async function serveLeases(
  membership: Membership,
  topic: string,
  handle: Handle,
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
      throw new BusError('BAD_CRC', 'a batch has changed on its way')
    }
    session.send(types.CREDIT, 0, u32(id), u32(read))
  }
}

async function handleOne(
  record: BusRecord,
  membership: Membership,
  handle: Handle,
) {
  if (!membership.session.isAlive()) throw new FencedError('The lease is over')
  let returned = false
  await handle(record, async () => {
    if (returned) throw new FencedError('The handler has returned')
    await commit(membership, record.offset + 1n)
  }).finally(() => (returned = true))
}
// #endregion

interface Membership {
  session: Session
  /** Of the subscription. */
  id: number
  /** Of the lease, once it has begun. */
  start: bigint
  epoch: number
  /** Whole batches, as they were delivered. */
  inbox: Inbox<Buffer>
  leave(): Promise<void>
}

/** Asks for a lease, or to stand by. */
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
      // If nobody answers, the lease ends by itself.
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
    await session.request(types.SUBSCRIBE, ...names, u32(id), u32(credit))
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

/** The lease is over when the connection is: another may have it already. */
function asFenced(error: Error) {
  const isOver =
    error instanceof LostError ||
    (error instanceof BusError &&
      ['FENCED', 'NOT_ACTIVE', 'SHUTTING_DOWN'].includes(error.code))
  return isOver ? new FencedError('The lease is over', { cause: error }) : error
}

async function within5s(operation: Promise<unknown> | undefined) {
  await Promise.race([operation, sleep(5000, undefined, { ref: false })])
}
