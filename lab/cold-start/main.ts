import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { nodeRuntimes } from '../../contracts/process/runtimes.ts'
import { coldStartRecord, type ColdStartRun } from './record.ts'
import { runColdStart } from './run.ts'
import { example } from './sessions.ts'

/** An unpacked example: a folder of its own in an empty folder, removed when it is disposed of. */
interface Unpacked extends AsyncDisposable {
  readonly directory: string
}

/**
 * `npm run lab -- cold-start`: runs the cold-start sessions on every version of Node, and the contract on their bundle.
 *
 *   npm run lab -- cold-start                 says whether the result differs from the record
 *   npm run lab -- cold-start --record        writes lab/cold-start/record.json
 *   npm run lab -- cold-start --timings       measures start times instead: see timings/main.ts
 *
 * @param hash of the example's published form
 */
export async function main(
  args: string[],
  hash: string,
  unpack: () => Promise<Unpacked>,
): Promise<void> {
  const { values } = parseArgs({ args, options: { record: { type: 'boolean', default: false } } })
  const runs: ColdStartRun[] = []
  for (const runtime of nodeRuntimes()) {
    if (runtime.path === undefined) throw new Error(runtime.missing)
    console.log(`Cold-start sessions on ${runtime.name}`)
    await using folder = await unpack()
    const { run, checks } = await runColdStart(join(folder.directory, example), runtime)
    for (const { name, passed, error } of checks) {
      if (!passed) throw new Error(`"${name}" fails for the bundle on ${runtime.name}: ${error}`)
    }
    runs.push(run)
  }
  coldStartRecord[values.record ? 'write' : 'compare']({ schema: 1, example, hash, runs })
}
