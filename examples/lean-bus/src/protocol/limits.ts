const kib = 1024
const mib = 1024 * kib

/** What one broker takes. Sizes are in bytes. */
export const limits = {
  /** A batch and what names its topic. */
  frame: 4 * mib + kib,
  /** Before a peer has said HELLO. */
  greeting: 64,
  batch: 4 * mib,
  /** How long a broker may take to greet back, in milliseconds. */
  greetingMs: 5000,
  connections: 1000,
  /** Of one connection. */
  subscriptions: 100,
  /** Not answered yet, of one connection: above it, it is not read from. */
  requests: 1000,
  topics: 256,
  groups: 10_000,
  /** Idempotent producers that one topic remembers. */
  producers: 10_000,
  /** Frames that have not arrived whole yet, of all connections together. */
  input: 64 * mib,
  /** Above it nobody who publishes is read from, until half of it is synced. */
  unsynced: 16 * mib,
  /** Of one connection, above it nothing more is read from it. */
  output: mib,
  /** Of one delivery, unless a single batch is larger. */
  delivery: 256 * kib,
}

export type Limits = typeof limits
