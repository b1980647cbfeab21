import * as z from 'zod'
import { measurement, recordFile, Versions } from '../record.ts'

const Bytes = z.int().nonnegative()

/** What a page costs before any interaction. Sizes are in bytes; those of text after gzip at level 9, as a static host may send it. */
export const PageCost = z.strictObject({
  html: Bytes,
  /** Style sheets and `<style>` elements. */
  css: Bytes,
  /** Files, inline scripts, and scripts that load when the browser is idle. */
  js: Bytes,
  /** Fonts are compressed already. */
  fonts: Bytes,
  /** Number of requests. Data URLs don't count. */
  requests: z.int().positive(),
  /** Cumulative layout shift (web.dev/cls). The fonts arrive after the first paint. */
  shift: z.number().nonnegative(),
})

export type PageCost = z.infer<typeof PageCost>

const PageWeightRecord = z.strictObject({
  schema: z.literal(1),
  ...measurement,
  versions: Versions.extend({ chromium: z.string(), lighthouse: z.string() }),
  /** Duration of a build, in seconds. */
  build: z.strictObject({
    pages: z.int().positive(),
    seconds: z.strictObject({ median: z.number(), runs: z.array(z.number()).nonempty() }),
  }),
  /** Lighthouse's performance score, from 0 to 100. */
  performance: z.array(
    z.strictObject({ path: z.string(), median: z.number(), runs: z.array(z.number()).nonempty() }),
  ),
  pages: z.array(z.strictObject({ path: z.string(), ...PageCost.shape })).nonempty(),
})

export type PageWeightRecord = z.infer<typeof PageWeightRecord>

export const pageWeightRecord = recordFile('lab/page-weight/record.json', PageWeightRecord)
