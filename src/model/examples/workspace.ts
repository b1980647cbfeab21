import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { defaultRuntime, environmentOf, type Runtime } from '../../../contracts/process/runtimes.ts'
import type { Example } from './example.ts'
import { writeFiles } from './files.ts'

/** A temporary folder outside the repository. Disposing of it removes it. */
export interface Workspace extends AsyncDisposable {
  readonly directory: string
}

/** Creates an empty folder. */
export async function emptyWorkspace(): Promise<Workspace> {
  const directory = await mkdtemp(join(tmpdir(), 'example-'))
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

/**
 * Writes the published form of an example into an empty folder.
 *
 * @param subfolder where to put it, for a program that needs an empty folder around the example
 */
export async function unpack(example: Example, subfolder = '.'): Promise<Workspace> {
  const workspace = await emptyWorkspace()
  writeFiles(example.files, join(workspace.directory, subfolder))
  return workspace
}

/** Unpacks an example and installs its packages with the default runtime. */
export async function install(
  example: Example,
  command = example.manifest.commands.install,
): Promise<Workspace> {
  const workspace = await unpack(example)
  await runCommand(command, workspace.directory, defaultRuntime(example.manifest.runtime))
  return workspace
}

/**
 * Runs a shell line in a folder as a reader would, with this runtime first on PATH.
 *
 * @throws Error with all its output when its exit code is not 0
 */
export async function runCommand(
  command: string,
  directory: string,
  runtime: Runtime,
): Promise<void> {
  const { failed, exitCode, signal, all } = await execa(command, {
    shell: true,
    cwd: directory,
    env: environmentOf(runtime),
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
  })
  if (failed) {
    throw new Error(`"${command}" ended with ${exitCode ?? signal} on ${runtime.name}:\n${all}`)
  }
}
