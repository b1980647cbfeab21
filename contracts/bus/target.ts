import type { Bus, BusRecord } from './port.ts'

/** A scene's reply to a record: commit it, or throw. */
export type Reply = 'commit' | 'throw'

export type MemberEvent =
  /** The handler has a record and waits for the reply. */
  | { readonly type: 'record'; readonly record: BusRecord; reply(reply: Reply): void }
  | { readonly type: 'committed'; readonly record: BusRecord }
  /** The bus rejected the commit. The handler rethrows the error. */
  | { readonly type: 'rejected'; readonly record: BusRecord; readonly error: unknown }
  /** The subscription ended with this error before anyone stopped it. */
  | { readonly type: 'ended'; readonly error: unknown }

/**
 * A member of a group in its own process or worker. A scene replies to each record, and the effects of the handler stay with
 * the scene. So a crash between effect and commit happens at an exact point, and no scene sleeps.
 */
export interface Member {
  /** Leaves the group gracefully. */
  stop(): Promise<void>
  /** Sends SIGKILL, or terminates the worker. Resolves when the member is gone. */
  kill(): Promise<void>
  /** Sends SIGSTOP, or blocks the worker. */
  freeze(): void
  /** Sends SIGCONT, or unblocks the worker. */
  wake(): void
}

export interface MemberOptions {
  /** Wraps each handler in the example's own retries and dead letters, `withDeadLetters`. */
  readonly deadLetters?: boolean
}

/** What the port of a bus leaves out and the scenes need. Each adapter has one. */
export interface BusAdmin {
  /** Creates a topic unless it exists. A bus without partitions ignores their number. */
  createTopic(topic: string, partitions: number): Promise<void>
  /** For each partition in which the group has committed: the offset of the first record that is not done. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, bigint>>
}

/** The bus that the scenes run against. */
export interface BusTarget extends Pick<BusAdmin, 'committed'> {
  /** Time after which the bus gives the work of a silent member to another member, in ms. */
  readonly leaseMs: number
  connect(options?: MemberOptions): Promise<Bus>
  /** Creates a new topic, under this name if one is given, and returns the name. */
  topic(partitions: number, name?: string): Promise<string>
  /** Returns a new group name. */
  group(): string
  /** Starts a member. Resolves when its `subscribe` does; events may arrive earlier. */
  member(
    topic: string,
    group: string,
    report: (event: MemberEvent) => void,
    options?: MemberOptions,
  ): Promise<Member>
}
