import type { Bus, BusRecord } from './port.ts'

/** What the handler of a member is to do with a record: commit and return, return without a commit, or reject. */
export type Verdict = 'commit' | 'leave' | 'throw'

/** What a member reports. */
export type MemberEvent =
  /** It was given a record and waits for the verdict. */
  | { readonly type: 'record'; readonly record: BusRecord; verdict(verdict: Verdict): void }
  | { readonly type: 'committed'; readonly record: BusRecord }
  /** Its commit was rejected; the handler lets the error through. */
  | { readonly type: 'refused'; readonly record: BusRecord; readonly error: unknown }
  /** Its subscription has ended by itself, with this error. */
  | { readonly type: 'ended'; readonly error: unknown }

/**
 * A member of a group in a process or a worker of its own, whose handler is steered from here: effects lie on this side, so
 * that a crash between effect and commit is exact and nobody has to sleep.
 */
export interface Member {
  /** An orderly end. */
  stop(): Promise<void>
  /** Ends it at once, whatever it does, and resolves when it is gone: SIGKILL, or a terminated worker. */
  kill(): Promise<void>
  /** Stops it in the middle of what it does: SIGSTOP. */
  freeze(): void
  /** Lets it go on: SIGCONT. */
  wake(): void
}

export interface MemberOptions {
  /** Lays the example's own retries and dead letters, `withDeadLetters`, around the handler. */
  readonly deadLetters?: boolean
}

/** What the checks of the bus contract run against. */
export interface BusTarget {
  /** After how long the bus gives the work of a silent member to another, in milliseconds. */
  readonly leaseMs: number
  connect(): Promise<Bus>
  /** Makes a topic that was not there before, under this name if one is given. A bus without partitions has one. */
  topic(partitions: number, name?: string): Promise<string>
  /** The name of a group that was not there before. */
  group(): string
  /** Starts a member; resolves as `subscribe` does. Its reports may begin before. */
  member(
    topic: string,
    group: string,
    report: (event: MemberEvent) => void,
    options?: MemberOptions,
  ): Promise<Member>
  /** For each partition in which the group has committed: the offset of the first record that is not done. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, bigint>>
}
