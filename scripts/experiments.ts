/**
 * `npm run experiments`: runs the experiments of the lab on every example that has some, and records what they come to in
 * `lab/experiments/<example>.json`; then the cold-start sessions, in `lab/cold-start/record.json`. The date stays as it is when
 * nothing else has changed.
 */
import { thisNode } from '../contracts/process/runtimes.ts'
import { runExperiments } from '../lab/experiments/run.ts'
import { readExample } from '../src/model/examples/example.ts'
import { runCommand, unpack } from '../src/model/examples/workspace.ts'
import {
  examplesWithExperiments,
  experimentsOn,
  readRecord,
  recordPath,
} from '../src/lab/experiments.ts'
import { recordColdStart } from './cold-start.ts'
import { writeRecord } from './record.ts'

for (const id of examplesWithExperiments) {
  const example = readExample(id)
  const { hash, manifest } = example
  await using workspace = await unpack(example)
  const runtime = thisNode()
  console.log(`${id}: ${manifest.commands.install}`)
  await runCommand(manifest.commands.install, workspace.directory, runtime)
  console.log(`${id}: experiments on ${runtime.name}`)
  const outcomes = await runExperiments(experimentsOn(id), {
    directory: workspace.directory,
    argv: manifest.argv,
    runtime,
  })

  writeRecord(
    recordPath(id),
    { schema: 2, example: id, hash, runtime: runtime.name, outcomes },
    readRecord(id),
  )
}

await recordColdStart()
