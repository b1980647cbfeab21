import { chmodSync, cpSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exampleSource } from '../../../lab/lean-bus.ts'
import type { Tool } from '../../../scripts/find.ts'
import { temporaryFolder } from '../../tools/temporary.ts'
import { runExample } from './run-example.ts'

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
export function runAsOtherUser(args: readonly string[], dataDir: string) {
  const source = sharedFolder()
  cpSync(exampleSource, source, { recursive: true })
  const [program = '', ...rest] = args
  return runExample(['--import', dropRights, join(source, program), ...rest], dataDir)
}
