import { parseArgs } from 'node:util'
import { experiments } from './list.ts'
import { experimentRecord } from './record.ts'
import { runExperiments, type Installed } from './run.ts'

/** An installed example, removed when it is disposed of. */
interface InstalledExample extends Installed, AsyncDisposable {
  /** Hash of its published form. */
  readonly hash: string
}

/**
 * `npm run lab -- experiments`: runs the experiments on every example that has some.
 *
 *   npm run lab -- experiments                says whether the outcomes differ from the records
 *   npm run lab -- experiments --record       writes lab/experiments/<example>.json
 */
export async function main(
  args: string[],
  install: (example: string) => Promise<InstalledExample>,
): Promise<void> {
  const { values } = parseArgs({ args, options: { record: { type: 'boolean', default: false } } })
  for (const [example, list] of Object.entries(experiments)) {
    console.log(`Installing ${example}`)
    await using installed = await install(example)
    const { hash, runtime } = installed
    console.log(`Experiments with ${example} on ${runtime.name}`)
    const outcomes = await runExperiments(list, installed)
    const record = { schema: 2, example, hash, runtime: runtime.name, outcomes } as const
    experimentRecord(example)[values.record ? 'write' : 'compare'](record)
  }
}
