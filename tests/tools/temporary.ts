import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/**
 * A new folder with these files (path → text), gone when the test has finished.
 * @param below where it lies: within the repository when a tool should take its files for ours
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
