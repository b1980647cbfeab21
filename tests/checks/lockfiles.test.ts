import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { temporaryFolder } from '../tools/temporary.ts'

const lockfiles = ['package-lock.json', ...globSync('examples/*/package-lock.json', { cwd: root })]

describe.each(lockfiles)('%s', (path) => {
  const read = (name: string) => readFileSync(join(root, dirname(path), name), 'utf8')

  // npm install passes over an optional package that the registry does not have, and leaves it out of the lockfile; npm ci
  // then refuses that lockfile. A clone that has its packages already does not notice.
  test('is complete: npm ci accepts it', () => {
    const files = {
      'package.json': read('package.json'),
      'package-lock.json': read('package-lock.json'),
      '.npmrc': readFileSync(join(root, '.npmrc'), 'utf8'),
    }
    const { status, stderr } = spawnSync('npm ci --dry-run --loglevel=error', {
      cwd: temporaryFolder(files, tmpdir()),
      encoding: 'utf8',
      shell: true,
    })
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('npm error')])
  })

  test('names no registry: packages come from the one that the reader uses', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/)
  })
})
