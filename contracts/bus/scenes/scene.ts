import type { Check } from '../../check.ts'
import { fail } from '../../expect.ts'
import { fencedCode, type Bus, type BusRecord, type NewRecord, type Position } from '../port.ts'
import type { BusTarget, Member, MemberEvent, MemberOptions } from '../target.ts'

/** An event with the name of its member. */
export type SceneEvent = MemberEvent & { readonly member: string }

export type RecordEvent = Extract<SceneEvent, { type: 'record' }>

/** Defines a check that ends its members and connections whether it passes or fails. */
export function defineScene(name: string, play: (scene: Scene) => Promise<void>): Check<BusTarget> {
  return {
    name,
    async run(target) {
      const scene = new Scene(target)
      try {
        await play(scene)
      } catch (error) {
        // The failure of the scene says more than an error of its cleanup.
        await scene.end().catch(() => {})
        throw error
      }
      await scene.end()
    },
  }
}

/** A scene while it runs: its target, its connections, its members and their events. */
export class Scene {
  readonly #target: BusTarget
  readonly #buses = new Set<Bus>()
  readonly #members = new Map<string, Member>()
  readonly #events: SceneEvent[] = []
  #onEvent: () => void = () => {}

  constructor(target: BusTarget) {
    this.#target = target
  }

  topic(partitions: number, name?: string): Promise<string> {
    return this.waitFor(this.#target.topic(partitions, name), 'a new topic')
  }

  group(): string {
    return this.#target.group()
  }

  async connect(options?: MemberOptions): Promise<Bus> {
    const bus = await this.waitFor(this.#target.connect(options), 'a connection')
    this.#buses.add(bus)
    return bus
  }

  /** Closes a connection before the scene ends. */
  close(bus: Bus): Promise<void> {
    this.#buses.delete(bus)
    return this.waitFor(bus.close(), 'a bus to close')
  }

  async startMember(
    name: string,
    topic: string,
    group: string,
    options?: MemberOptions,
  ): Promise<Member> {
    const report = (event: MemberEvent) => {
      this.#events.push({ ...event, member: name })
      this.#onEvent()
    }
    const starting = this.#target.member(topic, group, report, options)
    const member = await this.waitFor(starting, `the member ${name}`)
    this.#members.set(name, member)
    return member
  }

  async kill(name: string): Promise<void> {
    await this.#members.get(name)?.kill()
    this.#members.delete(name)
  }

  /** The next event of any member. */
  async nextEvent(expected: string): Promise<SceneEvent> {
    if (this.#events.length === 0) {
      const arrival = new Promise<void>((resolve) => (this.#onEvent = resolve))
      await this.waitFor(arrival, expected)
    }
    return this.#events.shift() as SceneEvent
  }

  /** Fails unless the next event is that this member gets the record at this offset of partition 0. */
  async expectRecord(member: string, offset: bigint): Promise<RecordEvent> {
    const expected = `${member} to get ${describePosition({ partition: 0, offset })}`
    const event = await this.nextEvent(expected)
    if (event.type === 'record' && event.member === member && event.record.offset === offset) {
      return event
    }
    return fail('the members', expected, describeEvent(event))
  }

  /** Lets a member commit a record. Fails unless the bus accepts the commit. */
  async expectCommit(given: RecordEvent): Promise<void> {
    given.reply('commit')
    const expected = `${given.member} to commit ${describePosition(given.record)}`
    const event = await this.nextEvent(expected)
    if (event.type !== 'committed') fail('the members', expected, describeEvent(event))
  }

  /** Fails unless this is the group's committed offset in partition 0. A group without a commit counts as 0. */
  async expectCommitted(group: string, topic: string, offset: bigint, when: string): Promise<void> {
    const actual = (await this.committed(group, topic)).get(0) ?? 0n
    if (actual === offset) return
    const note = actual < offset ? ' (moved back)' : ''
    fail(`the group's committed offset ${when}`, String(offset), `${actual}${note}`)
  }

  committed(group: string, topic: string): Promise<ReadonlyMap<number, bigint>> {
    return this.waitFor(this.#target.committed(group, topic), 'the committed offsets')
  }

  /** Waits up to two leases and 30 s. Then it fails with the name of what was missing. */
  async waitFor<T>(promise: Promise<T>, expected: string): Promise<T> {
    const timeout = this.#target.leaseMs * 2 + 30_000
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      late.reject(new Error(`expected ${expected} within ${timeout / 1000} s, got nothing`))
    }, timeout)
    try {
      return await Promise.race([promise, late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  async end(): Promise<void> {
    await Promise.all(Array.from(this.#members.values(), (member) => member.kill()))
    await Promise.all(Array.from(this.#buses, (bus) => this.close(bus)))
  }
}

export function describeEvent(event: SceneEvent): string {
  switch (event.type) {
    case 'record':
      return `${event.member} got ${describePosition(event.record)}`
    case 'committed':
      return `${event.member} committed ${describePosition(event.record)}`
    case 'rejected':
      return `the commit by ${event.member} of ${describePosition(event.record)} was rejected: ${describeError(event.error)}`
    case 'ended':
      return `the subscription of ${event.member} ended: ${describeError(event.error)}`
  }
}

export function describePosition({ partition, offset }: Position): string {
  return `offset ${offset} of partition ${partition}`
}

/** Whether an error is a `FencedError`, also one from another process or worker. */
export function isFenced(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === fencedCode
}

export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Publishes records one by one, each after the acknowledgment of the one before. */
export async function publishAll(
  bus: Bus,
  topic: string,
  records: readonly NewRecord[],
): Promise<Position[]> {
  const positions: Position[] = []
  for (const record of records) positions.push(await bus.publish(topic, record))
  return positions
}

/** Creates this number of records with different keys. */
export function createRecords(count: number): NewRecord[] {
  return Array.from({ length: count }, (_, index) => createRecord(`key-${index}`, `value ${index}`))
}

export function createRecord(
  key: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): NewRecord {
  return { key, value: text, headers: Object.entries(headers) }
}

/** The last value of a header as text. */
export function readHeader({ headers }: BusRecord, name: string): string {
  return readText(headers.findLast(([bytes]) => readText(bytes) === name)?.[1] ?? null)
}

/** A key, a value, or the name or value of a header as text. */
export function readText(bytes: Uint8Array | null): string {
  return bytes === null ? '(null)' : new TextDecoder().decode(bytes)
}
