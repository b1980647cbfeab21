import { join } from 'node:path'
import { nodeRuntimes } from '../contracts/process/runtimes.ts'
import { runColdStart, type ColdStartRun } from '../lab/cold-start/run.ts'
import { example as id } from '../lab/cold-start/sessions.ts'
import { readExample } from '../src/model/examples/example.ts'
import { unpack } from '../src/model/examples/workspace.ts'
import { readColdStart, recordPath } from '../src/lab/cold-start.ts'
import { writeRecord } from './record.ts'

/** Runs the cold-start sessions on every Node and records them. The date stays as it is when nothing else has changed. */
export async function recordColdStart(): Promise<void> {
  const example = readExample(id)
  const runs: ColdStartRun[] = []
  for (const runtime of nodeRuntimes()) {
    if (runtime.path === undefined) throw new Error(runtime.missing)
    console.log(`cold-start: sessions on ${runtime.name}`)
    await using workspace = await unpack(example, id)
    const { run, checks } = await runColdStart(join(workspace.directory, id), runtime)
    for (const { name, passed, error } of checks) {
      if (!passed) throw new Error(`"${name}" fails for the bundle on ${runtime.name}: ${error}`)
    }
    runs.push(run)
  }

  const { hash } = example
  writeRecord(recordPath, { schema: 1, example: id, hash, runs }, readColdStart())
}
