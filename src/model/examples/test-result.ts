import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { PlacedError } from '../placed-error.ts'

export const TestResult = z.strictObject({
  schema: z.literal(2),
  id: z.string(),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('the hash of the published form that ran'),
  date: z.iso.date().describe('the day of the run, UTC'),
  runs: z
    .array(
      z.strictObject({
        runtime: z.string().describe('with versions and setup: "Node 22.22.3, Kafka 4.3.1"'),
        checks: z.array(z.strictObject({ name: z.string(), passed: z.boolean() })).min(1),
        probes: z.array(z.strictObject({ name: z.string(), answer: z.string() })),
      }),
    )
    .min(1),
})

/** The recorded outcome of an example's contract. Only `npm run prove` writes it. */
export type TestResult = z.infer<typeof TestResult>

/** The path of an example's test result in the repository. */
export function testResultPath(id: string): string {
  return `examples/${id}.proof.json`
}

/**
 * Reads the test result of an example. Returns undefined where none is recorded.
 *
 * @throws PlacedError if the file doesn't match the schema
 */
export function readTestResult(id: string, root: string): TestResult | undefined {
  const file = testResultPath(id)
  if (!existsSync(join(root, file))) return undefined
  const result = TestResult.safeParse(JSON.parse(readFileSync(join(root, file), 'utf8')))
  if (result.success) return result.data
  throw new PlacedError(
    { file },
    z.prettifyError(result.error),
    'Run "npm run prove" to record it again.',
  )
}
