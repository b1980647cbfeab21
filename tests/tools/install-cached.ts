import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { defaultRuntime } from '../../contracts/process/runtimes.ts'
import { root } from '../../scripts/program.mjs'
import type { Example } from '../../src/model/examples/example.ts'
import { emptyWorkspace, install, type Workspace } from '../../src/model/examples/workspace.ts'

/** Keeps times, because Python compiles a module again when its time has changed. */
const exact = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true }

/**
 * Copies an example that was installed once for all tests, in `.cache/installed`. Use `install` where the installation itself
 * is tested, and where Python's packages are added: the programs of a copied `.venv` other than Python still run in the
 * original.
 */
export async function installCached(example: Example): Promise<Workspace> {
  const { id, hash, manifest } = example
  const folder = join(root, '.cache/installed', id)
  const key = `${defaultRuntime(manifest.runtime).name.replace(' ', '-')}-${hash}`
  const installed = join(folder, key)
  if (!existsSync(installed)) {
    await using fresh = await install(example)
    mkdirSync(folder, { recursive: true })
    const draft = mkdtempSync(`${installed}.`)
    cpSync(fresh.directory, draft, exact)
    try {
      renameSync(draft, installed)
    } catch {
      // Another process was faster.
      rmSync(draft, { recursive: true })
    }
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(key)) rmSync(join(folder, name), { recursive: true, force: true })
    }
  }
  const workspace = await emptyWorkspace()
  cpSync(installed, workspace.directory, exact)
  return workspace
}
