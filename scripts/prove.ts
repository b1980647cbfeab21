/**
 * `npm run prove` runs the contract of each example and records the results in `examples/<id>.proof.json`.
 *
 *   npm run prove                 all examples
 *   npm run prove -- express      only these examples
 *
 * `prove/runs.ts` lists the runs of each contract. When a check fails, the recorded result stays as it was. When only the date
 * would change, the file stays as it was, too.
 */
import type { ContractResult } from '../contracts/run.ts'
import { recordFile } from '../lab/record.ts'
import { exampleIds, readExample, type Example } from '../src/model/examples/example.ts'
import { TestResult, testResultPath } from '../src/model/examples/test-result.ts'
import { install, runCommand } from '../src/model/examples/workspace.ts'
import { planRuns, requireRuntimes } from './prove/runs.ts'

/** The result of a contract, with the name of its run. */
export interface Run extends ContractResult {
  readonly runtime: string
}

/** The content of `examples/<id>.proof.json` for these runs, without its date. */
export function toTestResult({ id, hash }: Example, runs: readonly Run[]) {
  return {
    schema: 2 as const,
    id,
    hash,
    runs: runs.map(({ runtime, checks, probes }) => ({
      runtime,
      checks: checks.map(({ name, passed }) => ({ name, passed })),
      probes: [...probes],
    })),
  }
}

/** Runs and records the contract of one example. Returns whether all checks passed. */
async function prove(example: Example): Promise<boolean> {
  const { id, manifest } = example
  const { argv, commands, contract } = manifest
  const plan = planRuns(manifest)
  console.log(`${id}: ${commands.install}`)
  await using workspace = await install(example)
  const { directory } = workspace
  for (const runtime of requireRuntimes(manifest.runtime)) {
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
  const path = testResultPath(id)
  const failed = runs.flatMap(({ checks }) => checks).filter(({ passed }) => !passed)
  if (failed.length > 0) {
    console.error(`${id}: ${failed.length} checks failed (✗ above), so ${path} is unchanged.`)
    return false
  }
  recordFile(path, TestResult).write(toTestResult(example, runs))
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
