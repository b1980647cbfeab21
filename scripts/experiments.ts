/**
 * `npm run experiments`: runs the experiments of the lab on every example that has some, and records the answers in
 * `lab/experiments/<example>.json`. The date stays as it is when nothing else has changed.
 */
import { writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { thisNode } from '../contracts/runtimes.ts'
import { runExperiments } from '../lab/experiments/run.ts'
import { readExample } from '../src/examples/example.ts'
import { runCommand, unpack } from '../src/examples/workspace.ts'
import {
  examplesWithExperiments,
  experimentsOn,
  readRecord,
  recordPath,
} from '../src/lab/experiments.ts'

for (const id of examplesWithExperiments) {
  const example = readExample(id)
  const { hash, manifest } = example
  await using workspace = await unpack(example)
  const runtime = thisNode()
  console.log(`${id}: ${manifest.commands.install}`)
  await runCommand(manifest.commands.install, workspace.directory, runtime)
  console.log(`${id}: experiments on ${runtime.name}`)
  const answers = await runExperiments(experimentsOn(id), {
    directory: workspace.directory,
    argv: manifest.argv,
    runtime,
  })

  const earlier = readRecord(id)
  const record = {
    schema: 1,
    example: id,
    hash,
    date: earlier?.date,
    runtime: runtime.name,
    answers,
  }
  if (isDeepStrictEqual(record, earlier)) {
    console.log(`${id}: ${recordPath(id)} says the same already.`)
    continue
  }
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(recordPath(id), `${JSON.stringify({ ...record, date }, null, 2)}\n`)
  console.log(`${id}: wrote ${recordPath(id)}.`)
}
