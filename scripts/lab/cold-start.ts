/** Finds what the measurement of cold starts needs. */
import { defaultRuntime } from '../../contracts/process/runtimes.ts'
import type { Programs } from '../../lab/cold-start/timings/main.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { lockedPackages } from '../../src/model/examples/locked-packages.ts'
import { emptyWorkspace, runCommand, unpack } from '../../src/model/examples/workspace.ts'
import { findFincore, requirePath } from '../find.ts'
import { requireRuntime, versionOf } from './http.ts'

/**
 * Looks for every program before anything is installed.
 *
 * @throws OptionError that says what to install
 */
export function openColdStartPrograms(): Programs {
  const fincore = requirePath(findFincore())
  const python = requireRuntime('python')
  const rust = requireRuntime('cargo')
  const folders = new AsyncDisposableStack()
  const examples = ['express', 'fastify', 'fastapi', 'axum'].map((id) => readExample(id))
  return {
    fincore,
    python: python.path,
    versions: { python: versionOf(python), rust: versionOf(rust) },
    examples: Object.fromEntries(
      examples.map((example) => [
        example.id,
        { hash: example.hash, packages: lockedPackages(example)?.count ?? 0 },
      ]),
    ),
    async unpack(id) {
      const example = readExample(id)
      const { directory } = folders.use(await unpack(example))
      const { argv, runtime } = example.manifest
      return { directory, argv, runtime: defaultRuntime(runtime) }
    },
    runCommand,
    emptyFolder: async () => folders.use(await emptyWorkspace()).directory,
    [Symbol.asyncDispose]: () => folders.disposeAsync(),
  }
}
