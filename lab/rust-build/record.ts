import * as z from 'zod'
import { Hash, measurement, recordFile, Versions } from '../record.ts'

/** The builds that the lab runs, in this order. */
export const buildKinds = ['debug', 'release', 'release again'] as const

const positive = z.number().positive()

const Build = z.strictObject({
  kind: z.enum(buildKinds),
  /** Time from the command to its end, s. */
  seconds: positive,
  /** CPU time of all compilers, s. */
  cpuSeconds: positive,
  /** Size of the program. */
  bytes: z.int().positive(),
})

export type Build = z.infer<typeof Build>

const RustBuildRecord = z.strictObject({
  schema: z.literal(1),
  ...measurement,
  versions: Versions.extend({ rust: z.string() }),
  /** The hash of the example that was built. */
  hash: Hash,
  /** Packages that were compiled, the example included. */
  packages: z.int().positive(),
  builds: z.array(Build).length(buildKinds.length),
})

export type RustBuildRecord = z.infer<typeof RustBuildRecord>

export const rustBuildRecord = recordFile('lab/rust-build/record.json', RustBuildRecord)
