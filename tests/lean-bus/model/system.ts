import { openSession, type Session } from '../../../examples/lean-bus/src/client/session.ts'
import { BusError, type ErrorCode } from '../../../examples/lean-bus/src/protocol/errors.ts'
import {
  batchesIn,
  encodeBatch,
  recordsIn,
} from '../../../examples/lean-bus/src/protocol/format.ts'
import { text, types, u32, u64 } from '../../../examples/lean-bus/src/protocol/frames.ts'
import { encodeRecord, type BatchRecord } from '../../../examples/lean-bus/src/protocol/records.ts'
import {
  openBroker,
  type Broker,
  type BrokerOptions,
} from '../../../examples/lean-bus/src/broker/broker.ts'
import { openPair } from '../tools/in-process.ts'
import { SimulatedDisk } from '../tools/simulated-disk.ts'
import type { Consumer } from './consumer.ts'

export type Options = Required<Pick<BrokerOptions, 'segmentBytes' | 'retainBytes'>>

/** A batch that a producer sends. */
export interface Sent {
  readonly topic: string
  readonly records: readonly BatchRecord[]
  readonly producer?: { readonly id: bigint; readonly firstSeq: number }
}

/** A batch that a reader finds. */
export interface Found {
  readonly base: number
  readonly records: readonly BatchRecord[]
}

export interface Member extends Consumer {
  readonly session: Session
  /** Closes the broker's end of the connection, as a reset does. */
  disconnect(): void
}

/** Long enough that no lease expires. */
const leaseMs = 600_000

/** The system under test: a real broker on a simulated disk, and its clients in the same process. */
export class System {
  readonly disk: SimulatedDisk
  /** By slot of the model. */
  readonly members = new Map<number, Member>()
  readonly warnings: string[] = []
  readonly #options: Options
  #broker!: Broker
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

  /** Stops the broker cleanly. */
  async close(): Promise<void> {
    await this.#broker.close()
    this.#disconnect()
  }

  /** Drops a broker whose process is dead. */
  async abandon(): Promise<void> {
    this.#disconnect()
    await this.#broker.close().catch(() => undefined)
  }

  #disconnect() {
    for (const stream of this.#streams) stream.destroy()
    this.#streams = []
    this.members.clear()
  }

  async connect() {
    const { clientEnd, brokerEnd } = openPair(this.#broker)
    this.#streams.push(clientEnd, brokerEnd)
    return { session: await openSession(clientEnd), disconnect: () => void brokerEnd.destroy() }
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

  /** Reads all of a topic. */
  async readAll(topic: string): Promise<{ start: number; found: Found[] }> {
    const { start, end } = await this.stat(topic, 'none')
    const found: Found[] = []
    for (let next = start; next < end; next = endOf(found.at(-1))) {
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
export const endOf = (batch: Found | undefined) => (batch ? batch.base + batch.records.length : 0)

/** Resolves with `OK`, or with the code of the broker's error. */
export function requestCode(request: Promise<unknown>): Promise<ErrorCode | 'OK'> {
  return request.then(
    () => 'OK' as const,
    (error: unknown) => {
      if (error instanceof BusError) return error.code
      throw error
    },
  )
}

/** Commits under an epoch. Resolves with `OK`, or with the code of the broker's error. */
export function commit({ id, session }: Member, epoch: number, next: number) {
  return requestCode(session.request(types.COMMIT, u32(id), u32(epoch), u64(BigInt(next))))
}
