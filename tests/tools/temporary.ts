import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/**
 * Creates a folder with these files (path to text). It is deleted when the test finishes.
 * @param below the parent folder: within the repository when a tool should treat the files as ours
 */
export function temporaryFolder(files: Readonly<Record<string, string>>, below: string): string {
  const folder = mkdtempSync(join(below, 'temporary-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}
