import { globSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { run } from '../tools/run-program.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const lockfiles = ['package-lock.json', ...globSync('examples/*/package-lock.json', { cwd: root })]

describe.each(lockfiles)('lockfile %s', (path) => {
  const read = (name: string) => readFileSync(join(root, dirname(path), name), 'utf8')

  // When the registry lacks an optional package, npm install leaves it out of the lockfile, and npm ci then rejects that
  // lockfile. A clone with installed packages does not notice.
  test(`npm ci accepts ${path}`, () => {
    const files = {
      'package.json': read('package.json'),
      'package-lock.json': read('package-lock.json'),
      '.npmrc': readFileSync(join(root, '.npmrc'), 'utf8'),
    }
    const cwd = temporaryFolder(files, tmpdir())
    const { exitCode, stderr } = run('npm', ['ci', '--dry-run', '--loglevel=error'], { cwd })
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('npm error')])
  })

  test(`${path} names no registry, so that packages come from the reader's own`, () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/)
  })
})
