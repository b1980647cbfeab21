import { spawnSync } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What an example is run by. */
export type Toolchain = 'node' | 'python' | 'cargo'

/** A program that runs examples. */
export interface Runtime {
  /** The name with the full version: `Node 22.22.3`. */
  readonly name: string
  /** The program. It is called `node`, `python3` or `cargo`, so commands find it when its folder comes first on PATH. */
  readonly path: string
  /** Variables that only save time. */
  readonly env?: Readonly<Record<string, string>>
}

/** A program that examples should run on, but that is not installed. */
export interface MissingRuntime {
  readonly name: string
  readonly path: undefined
  /** A sentence that says what to install. */
  readonly missing: string
}

/** The runtimes on which an example is tested. The last one runs it where one is enough. */
export function runtimesOf(toolchain: Toolchain): readonly (Runtime | MissingRuntime)[] {
  return { node: nodeRuntimes, python: () => [findPython()], cargo: () => [findCargo()] }[
    toolchain
  ]()
}

/** The runtime where one is enough. @throws Error with what to install, when it is missing */
export function defaultRuntime(toolchain: Toolchain): Runtime {
  const runtime = runtimesOf(toolchain).at(-1)
  if (runtime?.path !== undefined) return runtime
  throw new Error(runtime?.missing)
}

/** StackBlitz runs this version. Test results name it, so no other version will do. */
const stackBlitzVersion = '22.22.3'

/** The runtimes of every JavaScript example: StackBlitz's Node.js, and the Node.js of this process. */
export function nodeRuntimes(): readonly [Runtime | MissingRuntime, Runtime] {
  return [findStackBlitzNode(), thisNode()]
}

/** The Node.js of this process. */
export function thisNode(): Runtime {
  return { name: `Node ${process.versions.node}`, path: process.execPath }
}

/** Finds StackBlitz's version of Node.js: the program that `NODE22` names, or else the one in node_modules. */
function findStackBlitzNode(): Runtime | MissingRuntime {
  const packaged = `../../node_modules/node22-${process.platform}-${process.arch}/bin/node`
  const path = process.env['NODE22'] || fromHere(packaged)
  const { stdout } = spawnSync('node', ['--version'], {
    env: { PATH: dirname(path) },
    encoding: 'utf8',
  })
  const name = `Node ${stackBlitzVersion}`
  if (stdout?.trim() === `v${stackBlitzVersion}`) return { name, path }
  return {
    name,
    path: undefined,
    missing: `${path} is ${stdout?.trim() || 'missing'}. Install ${name} and set NODE22 to the path of its program "node".`,
  }
}

/** Finds Python 3.11 or later that can make environments: `python3` in the folder `PYTHON_BIN`, or else on PATH. */
function findPython(): Runtime | MissingRuntime {
  const program = `import sys, platform, venv, ensurepip
print(sys.executable, platform.python_version(), sys.version_info >= (3, 11))`
  const folder = process.env['PYTHON_BIN']
  const python = folder ? join(folder, 'python3') : 'python3'
  const { stdout } = spawnSync(python, ['-c', program], { encoding: 'utf8' })
  const [path, version, isRecent] = stdout?.trim().split(' ') ?? []
  if (path && isRecent === 'True') return { name: `Python ${version}`, path }
  return {
    name: 'Python',
    path: undefined,
    missing: `${python} is ${version ? `version ${version}` : 'missing, or lacks the module venv'}. Install Python 3.11 or later (Debian: apt-get install python3-venv), or set PYTHON_BIN to the folder of its program "python3".`,
  }
}

/** Finds the Rust compiler with Cargo on PATH. */
function findCargo(): Runtime | MissingRuntime {
  const { stdout } = spawnSync('rustc', ['--version', '--verbose'], { encoding: 'utf8' })
  const version = /^release: (\S+)/m.exec(stdout ?? '')?.[1]
  const [path] = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'cargo'))
    .filter((cargo) => spawnSync(cargo, ['--version']).status === 0)
  if (path !== undefined && version !== undefined) {
    const env = {
      // Compiles the packages once for all copies of an example. The program of each copy stays in its own target folder.
      CARGO_BUILD_BUILD_DIR: fromHere('../../.cache/cargo-build'),
      CARGO_INCREMENTAL: '0',
      CARGO_PROFILE_DEV_DEBUG: '0',
    }
    return { name: `Rust ${version}`, path, env }
  }
  return {
    name: 'Rust',
    path: undefined,
    missing: 'cargo is missing. Install Rust 1.91 or later (https://rustup.rs).',
  }
}

function fromHere(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

/** Variables of npm that say where packages come from. All other npm variables describe the script that runs now. */
const kept = /^npm_config_(registry|cache|userconfig|.*proxy)$/i

/** Variables that would change the behavior of an example. */
const dropped =
  /^(npm_|node_(?!extra_ca_certs)|vitest|test$|host$|port$|log_level$|force_color$|virtual_env$|python(?!_bin$)|rust_(log|backtrace)$|web_concurrency$|uvicorn_)/i

/** The environment in which a reader would run an example: that of this process, with the runtime first on PATH. */
export function environmentOf({ path, env: added = {} }: Runtime): NodeJS.ProcessEnv {
  const env = Object.entries(process.env).filter(([name]) => kept.test(name) || !dropped.test(name))
  return {
    ...Object.fromEntries(env),
    PATH: [dirname(path), process.env['PATH']].join(delimiter),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_prefer_offline: 'true',
    ...added,
  }
}
