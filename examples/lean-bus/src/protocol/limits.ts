const kib = 1024
const mib = 1024 * kib

/** The limits of one broker. Sizes are in bytes. */
export const limits = {
  /** The largest frame: a batch and the name of its topic. */
  frame: 4 * mib + kib,
  /** The largest frame of a peer that has not sent HELLO yet. */
  greeting: 64,
  batch: 4 * mib,
  /** A client gives up on a broker that does not answer HELLO, in ms. */
  greetingMs: 5000,
  connections: 1000,
  /** Per connection. */
  subscriptions: 100,
  /** Unanswered requests per connection. Past this, the broker pauses it. */
  requests: 1000,
  topics: 256,
  groups: 10_000,
  /** Idempotent producers that the broker remembers per topic. */
  producers: 10_000,
  /** Incomplete frames of all connections together. */
  input: 64 * mib,
  /** Past this, the broker stops reading until half of it is synced. */
  unsynced: 16 * mib,
  /** Unsent bytes per connection. Past this, the broker pauses it. */
  output: mib,
  /** One delivery, unless a single batch is larger. */
  delivery: 256 * kib,
}
