/**
 * `npm run prove`: runs the contract of every example and records the results in `examples/<id>.proof.json`.
 *
 *   npm run prove                 all examples
 *   npm run prove -- express      only these
 *
 * Which runs these are, prove/runs.ts says for each contract. Nothing is written for an example that fails a check. The date
 * stays as it is when nothing else has changed.
 */
import { writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { ContractResult } from '../contracts/run.ts'
import { thisNode } from '../contracts/process/runtimes.ts'
import { exampleIds, readExample, type Example } from '../src/model/examples/example.ts'
import { TestResult, testResultPath } from '../src/model/examples/test-result.ts'
import { runCommand, unpack } from '../src/model/examples/workspace.ts'
import { planRuns, requireRuntimes } from './prove/runs.ts'

/** A run of a contract as a proof names it. */
export interface Run extends ContractResult {
  readonly runtime: string
}

/** What `examples/<id>.proof.json` holds for these runs. */
export function toTestResult(
  { id, hash }: Example,
  runs: readonly Run[],
  date: string,
): TestResult {
  return TestResult.parse({
    schema: 2,
    id,
    hash,
    date,
    runs: runs.map(({ runtime, checks, probes }) => ({
      runtime,
      checks: checks.map(({ name, passed }) => ({ name, passed })),
      probes,
    })),
  })
}

/** Proves one example; false when a check failed. */
async function prove(example: Example): Promise<boolean> {
  const { id, manifest } = example
  const { argv, commands, contract } = manifest
  const plan = planRuns(manifest)
  await using workspace = await unpack(example)
  const { directory } = workspace
  console.log(`${id}: ${commands.install}`)
  await runCommand(commands.install, directory, thisNode())
  for (const runtime of requireRuntimes()) {
    console.log(`${id}: ${commands.test} on ${runtime.name}`)
    await runCommand(commands.test, directory, runtime)
  }

  const runs: Run[] = []
  for (const { runtime, run } of plan) {
    console.log(`${id}: contract ${contract} on ${runtime}`)
    const result = await run({
      directory,
      argv,
      onResult: ({ name, passed, error }) => {
        console.log(`  ${passed ? '✓' : '✗'} ${name}${error === undefined ? '' : `\n    ${error}`}`)
      },
    })
    runs.push({ ...result, runtime })
  }
  const failed = runs.flatMap(({ checks }) => checks).filter(({ passed }) => !passed)
  if (failed.length > 0) {
    console.error(
      `${id}: ${failed.length} checks failed (✗ above); ${testResultPath(id)} is left as it was.`,
    )
    return false
  }

  const today = new Date().toISOString().slice(0, 10)
  const unchanged =
    example.testResult &&
    isDeepStrictEqual(toTestResult(example, runs, example.testResult.date), example.testResult)
  if (unchanged) {
    console.log(`${id}: ${testResultPath(id)} says the same already.`)
  } else {
    await writeFile(
      testResultPath(id),
      `${JSON.stringify(toTestResult(example, runs, today), null, 2)}\n`,
    )
    console.log(`${id}: wrote ${testResultPath(id)}.`)
  }
  return true
}

if (import.meta.main) {
  const ids = process.argv.slice(2)
  try {
    for (const id of ids.length > 0 ? ids : exampleIds()) {
      if (!(await prove(readExample(id)))) process.exitCode = 1
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
