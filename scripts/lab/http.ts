/** Finds and installs what the HTTP lab needs. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { defaultRuntime, nodeRuntimes, type Runtime } from '../../contracts/process/runtimes.ts'
import type { Programs } from '../../lab/http/main.ts'
import type { Stack } from '../../lab/http/stacks.ts'
import { OptionError } from '../../lab/options.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { emptyWorkspace, install, runCommand } from '../../src/model/examples/workspace.ts'
import { findVegeta, findWrk, requirePath } from '../find.ts'
import { root } from '../program.mjs'

/**
 * Looks for every program before it installs anything.
 *
 * @throws OptionError that says what to install
 */
export function openHttpPrograms(): Programs {
  const wrk = requirePath(findWrk())
  const [node22] = nodeRuntimes()
  if (node22.path === undefined) throw new OptionError(node22.missing)
  const [python, rust] = (['python', 'cargo'] as const).map(requireRuntime)
  const folders = new AsyncDisposableStack()
  const installed = new Map<string, Stack>()
  return {
    wrk,
    findVegeta() {
      const path = requirePath(findVegeta())
      // A build by "go install" knows its version as a module, but doesn't print it with -version.
      const { stdout } = spawnSync('go', ['version', '-m', path], { encoding: 'utf8' })
      const version = /^\s+mod\s+\S+\s+v(\S+)/m.exec(stdout)?.[1] ?? 'unknown'
      return { path, version }
    },
    cache: join(root, '.cache'),
    versions: {
      node22: versionOf(node22),
      python: versionOf(python),
      rust: versionOf(rust),
      // wrk has no option for its version: it prints it with the help, and exits with 1.
      wrk: /^wrk (\S+)/.exec(spawnSync(wrk, ['-v'], { encoding: 'utf8' }).stdout)?.[1] ?? 'unknown',
    },
    async install(id, isNode22 = false) {
      const earlier = installed.get(id)
      if (earlier) return isNode22 ? { ...earlier, runtime: node22 } : earlier
      const example = readExample(id)
      const { directory } = folders.use(await install(example))
      const { argv, runtime } = example.manifest
      const { hash } = example
      const now = { example: { id, hash }, directory, argv, runtime: defaultRuntime(runtime) }
      installed.set(id, now)
      return isNode22 ? { ...now, runtime: node22 } : now
    },
    runCommand,
    emptyFolder: async () => folders.use(await emptyWorkspace()).directory,
    [Symbol.asyncDispose]: () => folders.disposeAsync(),
  }
}

function requireRuntime(toolchain: 'python' | 'cargo'): Runtime {
  try {
    return defaultRuntime(toolchain)
  } catch (error) {
    throw new OptionError((error as Error).message)
  }
}

function versionOf(runtime: Runtime | undefined): string {
  return runtime?.name.split(' ')[1] ?? 'unknown'
}
