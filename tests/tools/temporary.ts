import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/**
 * Creates a folder with these files (path to text), which is deleted when it is disposed of.
 * @param below the parent folder: within the repository when a tool should treat the files as ours
 */
export function createFolder(files: Readonly<Record<string, string>>, below: string) {
  const path = mkdtempSync(join(below, 'temporary-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Creates a folder with these files, which is deleted when the test finishes. Returns its path. */
export function temporaryFolder(files: Readonly<Record<string, string>>, below: string): string {
  const folder = createFolder(files, below)
  onTestFinished(() => folder[Symbol.dispose]())
  return folder.path
}
