/**
 * `npm run prove`: runs the contract of every example and records the results in `examples/<id>.proof.json`.
 *
 *   npm run prove                 all examples
 *   npm run prove -- express      only these
 *
 * Nothing is written for an example that fails a check. The date stays as it is when nothing else has changed.
 */
import { writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { runHttpContract, type HttpRun } from '../contracts/http-run.ts'
import { nodeRuntimes, thisNode } from '../contracts/runtimes.ts'
import { exampleIds, readExample, type Example } from '../src/examples/example.ts'
import { Proof, proofPath } from '../src/examples/proof.ts'
import { runCommand, unpack } from '../src/examples/workspace.ts'

/** What `examples/<id>.proof.json` holds for these runs. */
export function proofOf({ id, hash }: Example, runs: readonly HttpRun[], date: string): Proof {
  return Proof.parse({
    schema: 1,
    id,
    hash,
    date,
    runs: runs.map(({ runtime, checks, edges }) => ({
      runtime,
      checks: checks.map(({ name, passed }) => ({ name, passed })),
      edges,
    })),
  })
}

/** Proves one example; false when a check failed. */
async function prove(example: Example): Promise<boolean> {
  const { id, manifest } = example
  await using workspace = await unpack(example)
  console.log(`${id}: ${manifest.commands.install}`)
  await runCommand(manifest.commands.install, workspace.directory, thisNode())

  const runs: HttpRun[] = []
  for (const runtime of nodeRuntimes()) {
    if (runtime.path === undefined) throw new Error(runtime.missing)
    console.log(`${id}: ${manifest.commands.test} on ${runtime.name}`)
    await runCommand(manifest.commands.test, workspace.directory, runtime)
    console.log(`${id}: contract ${manifest.contract} on ${runtime.name}`)
    const { directory } = workspace
    const run = await runHttpContract({
      directory,
      argv: manifest.argv,
      runtime,
      onResult: ({ name, passed, error }) => {
        console.log(`  ${passed ? '✓' : '✗'} ${name}${error === undefined ? '' : `\n    ${error}`}`)
      },
    })
    runs.push(run)
  }
  const failed = runs.flatMap(({ checks }) => checks).filter(({ passed }) => !passed)
  if (failed.length > 0) {
    console.error(
      `${id}: ${failed.length} checks failed (✗ above); ${proofPath(id)} is left as it was.`,
    )
    return false
  }

  const today = new Date().toISOString().slice(0, 10)
  const unchanged =
    example.proof && isDeepStrictEqual(proofOf(example, runs, example.proof.date), example.proof)
  if (unchanged) {
    console.log(`${id}: ${proofPath(id)} says the same already.`)
  } else {
    await writeFile(proofPath(id), `${JSON.stringify(proofOf(example, runs, today), null, 2)}\n`)
    console.log(`${id}: wrote ${proofPath(id)}.`)
  }
  return true
}

/** The examples whose contract exists. */
export function provableExamples(ids: readonly string[] = exampleIds()): Example[] {
  return ids.map((id) => readExample(id)).filter(({ manifest }) => manifest.contract === 'http')
}

if (import.meta.main) {
  const ids = process.argv.slice(2)
  try {
    for (const example of provableExamples(ids.length > 0 ? ids : undefined)) {
      if (!(await prove(example))) process.exitCode = 1
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
