import { chmodSync, cpSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { environmentOf, thisNode } from '../../../contracts/process/runtimes.ts'
import { exampleSource } from '../../../lab/lean-bus.ts'
import type { Tool } from '../../../scripts/find.ts'
import { temporaryFolder } from '../../tools/temporary.ts'

/** The user and the group `nobody` of most systems. No file of the tests belongs to them. */
const nobody = 65_534

/** The right to run programs as another user. */
export const root: Tool =
  process.getuid?.() === 0
    ? { path: '' }
    : {
        path: undefined,
        missing: 'These tests run programs as another user. Run them as root.',
      }

/** Node gives up its rights before it loads a program. Node itself may be in a folder that only root may read. */
const dropRights = `data:text/javascript,process.setgroups([]);process.setgid(${nobody});process.setuid(${nobody})`

/** Creates a folder that every user may read, and write if `mode` says so. It is deleted when the test has finished. */
export function sharedFolder(mode = 0o755): string {
  const folder = temporaryFolder({}, tmpdir())
  chmodSync(folder, mode)
  return folder
}

/** Runs a program of the example as a user who isn't root, to its end. */
export async function runAsOtherUser(program: string, dataDir: string) {
  const source = sharedFolder()
  cpSync(exampleSource, source, { recursive: true })
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    ['--import', dropRights, join(source, program)],
    {
      cwd: source,
      env: { ...environmentOf(thisNode()), BROKER_PORT: '0', DATA_DIR: dataDir },
      extendEnv: false,
      reject: false,
      timeout: 20_000,
    },
  )
  return { exitCode, stdout, stderr }
}
