import type { Check } from '../check.ts'
import { fail } from '../expect.ts'
import { fencedCode, type Bus, type BusRecord, type NewRecord, type Position } from './port.ts'
import type { BusTarget, Member, MemberEvent, MemberOptions } from './target.ts'

/** What one of the members on a stage has reported. */
export type Report = MemberEvent & { readonly by: string }

type RecordReport = Extract<Report, { type: 'record' }>

/** A check that plays on a stage, which is cleared at the end, however that comes. */
export function scene(name: string, play: (stage: Stage) => Promise<void>): Check<BusTarget> {
  return {
    name,
    async run(target) {
      const stage = new Stage(target)
      try {
        await play(stage)
      } catch (error) {
        // Why the scene failed says more than that its members could not be sent home.
        await stage.clear().catch(() => {})
        throw error
      }
      await stage.clear()
    },
  }
}

/** Where a scene plays: the target, the connections and members that the scene has asked for, and what these report. */
export class Stage {
  readonly #target: BusTarget
  readonly #buses = new Set<Bus>()
  readonly #members = new Map<string, Member>()
  readonly #reports: Report[] = []
  #arrived: () => void = () => {}

  constructor(target: BusTarget) {
    this.#target = target
  }

  topic(partitions: number, name?: string): Promise<string> {
    return this.within(this.#target.topic(partitions, name), 'a new topic')
  }

  group(): string {
    return this.#target.group()
  }

  async connect(): Promise<Bus> {
    const bus = await this.within(this.#target.connect(), 'a connection')
    this.#buses.add(bus)
    return bus
  }

  /** Closes a connection before the scene ends. */
  close(bus: Bus): Promise<void> {
    this.#buses.delete(bus)
    return this.within(bus.close(), 'a bus to close')
  }

  /** Starts a member, whose reports `next` gives under this name. */
  async member(
    name: string,
    topic: string,
    group: string,
    options?: MemberOptions,
  ): Promise<Member> {
    const report = (event: MemberEvent) => {
      this.#reports.push({ ...event, by: name })
      this.#arrived()
    }
    const started = this.#target.member(topic, group, report, options)
    const member = await this.within(started, `the member ${name}`)
    this.#members.set(name, member)
    return member
  }

  /** Ends a member at once, in the middle of what it does. */
  async kill(name: string): Promise<void> {
    await this.#members.get(name)?.kill()
    this.#members.delete(name)
  }

  /** The next report of any member. */
  async next(expected: string): Promise<Report> {
    if (this.#reports.length === 0) {
      const arrived = new Promise<void>((resolve) => (this.#arrived = resolve))
      await this.within(arrived, expected)
    }
    return this.#reports.shift() as Report
  }

  /** Fails unless the next report is that this member was given the record at this offset of partition 0. */
  async record(by: string, offset: bigint): Promise<RecordReport> {
    const expected = `${by} to be given ${at({ partition: 0, offset })}`
    const report = await this.next(expected)
    if (report.type === 'record' && report.by === by && report.record.offset === offset) {
      return report
    }
    return fail('the members', expected, described(report))
  }

  /** Lets a member commit a record, and fails unless that succeeds. */
  async commit(given: RecordReport): Promise<void> {
    given.verdict('commit')
    const expected = `${given.by} to commit ${at(given.record)}`
    const report = await this.next(expected)
    if (report.type !== 'committed') fail('the members', expected, described(report))
  }

  /** Fails unless the group has committed up to this offset in partition 0; 0 stands for no commit too. */
  async expectCommitted(group: string, topic: string, offset: bigint, when: string): Promise<void> {
    const came = (await this.committed(group, topic)).get(0) ?? 0n
    if (came === offset) return
    const moved = came < offset ? ' (moved back)' : ''
    fail(`the group's committed offset ${when}`, String(offset), `${came}${moved}`)
  }

  committed(group: string, topic: string): Promise<ReadonlyMap<number, bigint>> {
    return this.within(this.#target.committed(group, topic), 'the committed offsets')
  }

  /** Waits for two leases and 30 s at most, and fails with what it was that did not come. */
  async within<T>(promise: Promise<T>, expected: string): Promise<T> {
    const limit = this.#target.leaseMs * 2 + 30_000
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      late.reject(new Error(`expected ${expected} within ${limit / 1000} s, got nothing`))
    }, limit)
    try {
      return await Promise.race([promise, late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  async clear(): Promise<void> {
    await Promise.all(Array.from(this.#members.values(), (member) => member.kill()))
    await Promise.all(Array.from(this.#buses, (bus) => this.close(bus)))
  }
}

/** A report in a message. */
export function described(report: Report): string {
  switch (report.type) {
    case 'record':
      return `${report.by} was given ${at(report.record)}`
    case 'committed':
      return `${report.by} committed ${at(report.record)}`
    case 'refused':
      return `the commit by ${report.by} of ${at(report.record)} was refused: ${messageOf(report.error)}`
    case 'ended':
      return `the subscription of ${report.by} ended: ${messageOf(report.error)}`
  }
}

/** A position in a message. */
export function at({ partition, offset }: Position): string {
  return `offset ${offset} of partition ${partition}`
}

/** Whether an error is a `FencedError`, made on this side or on another. */
export function isFenced(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === fencedCode
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Publishes one after the other, each when the one before is acknowledged. */
export async function publish(
  bus: Bus,
  topic: string,
  records: readonly NewRecord[],
): Promise<Position[]> {
  const positions: Position[] = []
  for (const record of records) positions.push(await bus.publish(topic, record))
  return positions
}

/** So many records, each with a key of its own. */
export function numbered(count: number): NewRecord[] {
  return Array.from({ length: count }, (_, index) => record(`key-${index}`, `value ${index}`))
}

/** A record whose value is text. */
export function record(
  key: string,
  text: string,
  headers?: Readonly<Record<string, string>>,
): NewRecord {
  return { key, value: new TextEncoder().encode(text), ...(headers && { headers }) }
}

/** The value of a record as text. */
export function textOf({ value }: Pick<BusRecord, 'value'>): string {
  return new TextDecoder().decode(value)
}
