/** The operations on the disk that the laboratory counts. */
export type Operation =
  ('open' | 'create' | 'write' | 'sync' | 'truncate' | 'remove') | ('make folder' | 'sync folder')

/** The nth operation of its kind in a process, counted from 1. */
export interface Moment {
  readonly operation: Operation
  readonly nth: number
}

/** The disk of one process. The variable `CRASH_DISK` passes it to disk.ts as JSON. */
export interface DiskOptions {
  /** The folder that is watched. */
  readonly data: string
  /** The file that lists all changes, one entry a line. */
  readonly journal: string
  /** False for the negative control: the sync of a file does nothing and reports success. */
  readonly syncs: boolean
  /** Seed of short writes: each write takes only a part of its bytes, as POSIX allows. */
  readonly shortWrites?: string
  /** The process kills itself (SIGKILL) before, during or after this operation. */
  readonly kill?: Moment & { readonly when: 'before' | 'during' | 'after' }
  /** This operation fails. */
  readonly fault?: Moment & { readonly code: 'EIO' | 'ENOSPC' }
}

/** An entry of the journal, as a JSON array. Except for the start of a sync, it follows the change. Paths are relative to `data`. */
export type Entry =
  | readonly ['create', path: string]
  | readonly ['make folder', path: string]
  | readonly ['write', path: string, position: number, base64: string]
  | readonly ['truncate', path: string, size: number]
  | readonly ['remove', path: string]
  /** Of a file or a folder. `id` is unique in the process. */
  | readonly ['begin sync', path: string, id: number]
  | readonly ['end sync', id: number]
  /** The fault was injected. */
  | readonly ['fault', path: string]
