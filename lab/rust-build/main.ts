import { parseArgs } from 'node:util'
import type { Runtime } from '../../contracts/process/runtimes.ts'
import { thisMachine } from '../record.ts'
import { rustBuildRecord } from './record.ts'
import { measureBuilds } from './run.ts'

/** An unpacked example, which is removed at the end. */
interface Subject extends AsyncDisposable {
  readonly directory: string
  readonly hash: string
  readonly argv: readonly string[]
  readonly rust: Runtime
}

/**
 * `npm run lab -- rust-build`: builds the axum example from nothing, for debugging and for release, and once more after a change.
 * Needs an idle machine, and takes some ten minutes on two cores.
 *
 *   npm run lab -- rust-build --record    also writes lab/rust-build/record.json
 */
export async function main(args: string[], unpack: () => Promise<Subject>): Promise<void> {
  const { values } = parseArgs({ args, options: { record: { type: 'boolean', default: false } } })
  await using subject = await unpack()
  const { directory, hash, argv, rust } = subject
  const { builds, packages } = await measureBuilds({
    directory,
    rust,
    program: argv[0]?.split('/').at(-1) ?? '',
    onBuild: (kind) => console.log(`Building: ${kind}`),
  })
  for (const build of builds) console.log(JSON.stringify(build))
  if (!values.record) return

  const { machine, versions } = thisMachine()
  rustBuildRecord.write({
    schema: 1,
    command: 'npm run lab -- rust-build --record',
    hash,
    machine,
    versions: { ...versions, rust: rust.name.split(' ')[1] ?? '' },
    packages,
    builds,
  })
}
