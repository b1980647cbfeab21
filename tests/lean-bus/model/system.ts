import { duplexPair } from 'node:stream'
import { openSession, type Session } from '../../../examples/lean-bus/src/client/session.ts'
import { BusError, type ErrorCode } from '../../../examples/lean-bus/src/protocol/errors.ts'
import {
  batchesIn,
  encodeBatch,
  recordsIn,
} from '../../../examples/lean-bus/src/protocol/format.ts'
import { text, types, u32, u64 } from '../../../examples/lean-bus/src/protocol/frames.ts'
import { encodeRecord, type BatchRecord } from '../../../examples/lean-bus/src/protocol/records.ts'
import { openBroker, type Broker } from '../../../examples/lean-bus/src/broker/broker.ts'
import { SimulatedDisk } from '../tools/simulated-disk.ts'
import type { Consumer } from './consumer.ts'

export interface Options {
  readonly segmentBytes: number
  readonly retainBytes: number
}

/** What a producer sends as one batch. */
export interface Sent {
  readonly topic: string
  readonly records: readonly BatchRecord[]
  readonly producer?: { readonly id: bigint; readonly firstSeq: number }
}

/** A batch as a reader finds it. */
export interface Found {
  readonly base: number
  readonly records: readonly BatchRecord[]
}

export interface Member extends Consumer {
  readonly session: Session
  /** Ends the connection at the broker's end, as a reset does. */
  disconnect(): void
}

/** Long enough that no lease ends by itself. */
const leaseMs = 600_000

/** A real broker on a simulated disk, and its peers at the other ends of duplex pairs. */
export class System {
  readonly disk: SimulatedDisk
  /** By the slots of the model. */
  readonly members = new Map<number, Member>()
  readonly warnings: string[] = []
  readonly #options: Options
  #broker: Broker | undefined
  #publishers: Session[] = []
  #streams: { destroy(): void }[] = []

  constructor(options: Options, disk: SimulatedDisk) {
    this.#options = options
    this.disk = disk
  }

  member(slot: number): Member {
    const member = this.members.get(slot)
    if (!member) throw new Error(`There is no member ${slot}`)
    return member
  }

  async open(): Promise<void> {
    const warn = (warning: string) => void this.warnings.push(warning)
    this.#broker = await openBroker(this.disk.root(), { ...this.#options, leaseMs, warn })
    const opened = [0, 1, 2].map(() => this.connect())
    this.#publishers = (await Promise.all(opened)).map(({ session }) => session)
  }

  /** Ends the broker in order. */
  async close(): Promise<void> {
    await this.#broker?.close()
    this.#disconnect()
  }

  /** Lets go of a broker whose process is dead. */
  async abandon(): Promise<void> {
    this.#disconnect()
    await this.#broker?.close().catch(() => undefined)
  }

  #disconnect() {
    for (const stream of this.#streams) stream.destroy()
    this.#streams = []
    this.members.clear()
  }

  async connect() {
    const [ours, theirs] = duplexPair()
    this.#streams.push(ours, theirs)
    this.#broker?.accept(theirs)
    return { session: await openSession(ours), disconnect: () => void theirs.destroy() }
  }

  async publish({ topic, records, producer }: Sent, connection = 0): Promise<number> {
    const identity = producer && { producerId: producer.id, firstSeq: producer.firstSeq }
    const batch = encodeBatch(records.map(encodeRecord), identity)
    const answer = await this.#request(connection, types.PRODUCE, text(topic), batch)
    return Number(answer.readBigUInt64BE())
  }

  async create(topic: string): Promise<void> {
    await this.#request(0, types.CREATE, text(topic))
  }

  async stat(topic: string, group: string) {
    const answer = await this.#request(0, types.STAT, text(topic), text(group))
    const offset = (at: number) => Number(answer.readBigUInt64BE(at))
    return { start: offset(0), end: offset(8), committed: offset(16) }
  }

  async read(topic: string, offset: number, bytes: number): Promise<Found[]> {
    const place = [u64(BigInt(offset)), u32(bytes)]
    const answer = await this.#request(0, types.READ, text(topic), ...place)
    return Array.from(batchesIn(answer), ({ header, batch }) => ({
      base: Number(header.baseOffset),
      records: Array.from(recordsIn(batch)),
    }))
  }

  /** All of a topic. */
  async readAll(topic: string): Promise<{ start: number; found: Found[] }> {
    const { start, end } = await this.stat(topic, 'none')
    const found: Found[] = []
    for (let next = start; next < end; next = after(found.at(-1))) {
      found.push(...(await this.read(topic, next, 1000)))
    }
    return { start, found }
  }

  #request(connection: number, type: number, ...parts: Uint8Array[]) {
    const session = this.#publishers[connection]
    if (!session) throw new Error(`There is no connection ${connection}`)
    return session.request(type, ...parts)
  }
}

/** The offset after a batch. */
export const after = (batch: Found | undefined) => (batch ? batch.base + batch.records.length : 0)

/** The code with which the broker refuses it. */
export function codeOf(request: Promise<unknown>): Promise<ErrorCode | 'OK'> {
  return request.then(
    () => 'OK' as const,
    (error: unknown) => {
      if (error instanceof BusError) return error.code
      throw error
    },
  )
}

/** Commits under an epoch. Resolves with `OK` or the code of the refusal. */
export function commit({ id, session }: Member, epoch: number, next: number) {
  return codeOf(session.request(types.COMMIT, u32(id), u32(epoch), u64(BigInt(next))))
}
