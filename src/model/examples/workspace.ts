import { exec } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { environmentOf, type Runtime } from '../../../contracts/process/runtimes.ts'
import type { Example } from './example.ts'
import { writeFiles } from './files.ts'

/** A folder outside of the repository that is removed when it is disposed of. */
export interface Workspace extends AsyncDisposable {
  readonly directory: string
}

/** An empty folder, as a reader would make one. */
export async function emptyWorkspace(): Promise<Workspace> {
  const directory = await mkdtemp(join(tmpdir(), 'example-'))
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

/**
 * A folder that holds the published form of an example and nothing else.
 *
 * @param below where in it, for what needs an empty folder around the example
 */
export async function unpack(example: Example, below = '.'): Promise<Workspace> {
  const workspace = await emptyWorkspace()
  writeFiles(example.files, join(workspace.directory, below))
  return workspace
}

/**
 * Runs a shell line in a folder as a reader would, with this Node first on PATH.
 *
 * @throws Error with all its output when it ends with another code than 0
 */
export async function runCommand(
  command: string,
  directory: string,
  runtime: Runtime,
): Promise<void> {
  try {
    await promisify(exec)(command, { cwd: directory, env: environmentOf(runtime) })
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string }
    throw new Error(
      `"${command}" ended with ${code} on ${runtime.name}:\n${stdout ?? ''}${stderr ?? ''}`,
      { cause: error },
    )
  }
}
