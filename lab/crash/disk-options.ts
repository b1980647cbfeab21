/** What a program does to the disk, as the laboratory counts it. */
export const operations = [
  'open',
  'create',
  'write',
  'sync',
  'truncate',
  'remove',
  'make folder',
  'sync folder',
] as const

export type Operation = (typeof operations)[number]

/** The n-th operation of a kind that a process does, from 1 on. */
export interface Moment {
  readonly operation: Operation
  readonly nth: number
}

/** How disk.ts serves one process. Handed over as JSON in the variable `CRASH_DISK`. */
export interface DiskOptions {
  /** The folder that is watched. */
  readonly data: string
  /** Where it is noted what the disk was asked for and what it promised. */
  readonly journal: string
  /** Where lies what was deleted or cut off, until that is on the disk too. */
  readonly aside: string
  /** False for the negative control: the sync of a file does nothing, and says that it did. */
  readonly syncs: boolean
  /** Each write takes only a part, chosen by this seed, as a write may. */
  readonly shortWrites?: string
  /** The process kills itself (SIGKILL) before, during or after this. */
  readonly kill?: Moment & { readonly when: 'before' | 'during' | 'after' }
  /** This fails. */
  readonly fault?: Moment & { readonly code: 'EIO' | 'ENOSPC' }
}

/** What the journal says, one JSON array a line. Paths are relative to the watched folder. */
export type Entry =
  /** A file that was there, and its size. */
  | readonly ['open', path: string, size: number]
  /** About to be made. */
  | readonly ['create', path: string]
  | readonly ['make folder', path: string]
  /** The first so many bytes are on the disk. */
  | readonly ['sync', path: string, size: number]
  /** The names in it are on the disk. */
  | readonly ['sync folder', path: string]
  /** About to be cut to this size; `aside` holds the bytes behind it. */
  | readonly ['truncate', path: string, size: number, aside: string]
  /** About to be deleted; `aside` is another name of the file. */
  | readonly ['remove', path: string, aside: string]
  /** The fault was injected. */
  | readonly ['fault', path: string]
