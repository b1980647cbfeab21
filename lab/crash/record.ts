import * as z from 'zod'
import { Hash, hashInputs, measurement, recordFile } from '../record.ts'

/** How a round ends: by SIGKILL, by a power cut, or by an injected disk failure and a power cut. A power cut loses unsynced data. */
export const kinds = ['kill', 'power', 'fault'] as const

export type Kind = (typeof kinds)[number]

const Count = z.int().nonnegative()
const PositiveInt = z.int().positive()
const Zero = z.int().min(0).max(0)

/** The events of all rounds, as evidence that the rounds reach what they test. */
const Seen = z.strictObject({
  /** Committed positions, summed over the groups. */
  committed: Count,
  /** Processes that exited before they were ready, because they were killed or their disk failed. */
  startsEnded: Count,
  /** Processes that stopped after SIGTERM and wrote the clean-shutdown marker. */
  cleanStops: Count,
  /** Injected disk failures that a process met. */
  faults: Count,
  /** Files that were cut or damaged between their synced and their written size. */
  filesDamaged: Count,
  creationsUndone: Count,
  deletionsUndone: Count,
  truncationsUndone: Count,
  /** Torn tails that a start found and cut off. */
  tornTails: Count,
})

export type Seen = z.infer<typeof Seen>

export const emptySeen = () =>
  Object.fromEntries(Seen.keyof().options.map((name) => [name, 0])) as Seen

/** The results of flipping single bits in synced data. */
const Flips = z.strictObject({
  tried: Count,
  /** Rejected with file and position: by the start, or by the next read if the log was already open. */
  refused: Count,
  /** In the last group of a log without a clean shutdown: cut off like a torn tail. */
  truncatedTail: Count,
  /** Records with other bytes than were written, or missing without an error. */
  served: Count,
})

export type Flips = z.infer<typeof Flips>

/** The last line of `npm run lab -- crash --json`. */
export const Totals = z.strictObject({
  seed: Count,
  /** Without the rounds of the control. */
  rounds: Count,
  /** Records that were acknowledged to their producers. */
  acknowledged: Count,
  /** Records that were acknowledged, delivered or committed, and are now missing or have other bytes. */
  lost: Count,
  reordered: Count,
  duplicated: Count,
  /** Records that the control, which runs without sync, acknowledged and lost. */
  controlLost: Count,
  flips: Flips,
})

export type Totals = z.infer<typeof Totals>

/** A batch in a segment. Positions and sizes are in bytes. */
const Layout = z.strictObject({
  offset: Count,
  count: PositiveInt,
  at: Count,
  length: PositiveInt,
  /** End of the synced log when this batch was written, as an offset. */
  durable: Count,
})

export type Layout = z.infer<typeof Layout>

/** A segment that a power cut damaged, and what the next start did with it. */
const Recovery = z.strictObject({
  /** Relative to the data folder. */
  path: z.string(),
  /** Size that the last sync made safe. */
  syncedSize: Count,
  writtenSize: Count,
  /** Count after the power cut. */
  keptSize: Count,
  /** Positions of bytes with flipped bits. */
  flipped: z.array(Count).readonly(),
  /** Ranges of zeroed bytes; the end is exclusive. */
  zeroed: z.array(z.tuple([Count, Count]).readonly()).readonly(),
  /** The batches as they were written. */
  batches: z.array(Layout).nonempty().readonly(),
  /** Count after the start has cut the segment. */
  recoveredSize: Count,
  /** The warning that the start printed. */
  warning: z.string(),
})

export type Recovery = z.infer<typeof Recovery>

/** A run that broke a promise, or whose control lost nothing, does not match this schema. */
const CrashRecord = z.strictObject({
  schema: z.literal(1),
  ...measurement,
  hash: Hash,
  seconds: PositiveInt,
  ...Totals.shape,
  rounds: PositiveInt,
  acknowledged: PositiveInt,
  lost: Zero,
  reordered: Zero,
  duplicated: Zero,
  controlLost: PositiveInt,
  flips: Flips.extend({ tried: PositiveInt, served: Zero }),
  kinds: z.record(z.enum(kinds), PositiveInt),
  control: z.strictObject({
    rounds: PositiveInt,
    acknowledged: PositiveInt,
    /** Rounds after which the broker refused to start, because the log says that more was synced than is left. */
    refused: Count,
  }),
  seen: z.record(Seen.keyof(), PositiveInt),
  recovery: Recovery,
})

export type CrashRecord = z.infer<typeof CrashRecord>

export const crashRecord = recordFile('lab/crash/record.json', CrashRecord)

/** Hashes the files that decide the result: the laboratory and the bus. */
export const inputHash = (root?: string) =>
  hashInputs(
    ['lab/crash/**/*.ts', 'lab/{lean-bus,random}.ts', 'examples/lean-bus/src/**/*.ts'],
    root,
  )
