import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** The parts of a `package-lock.json` that this test reads. */
interface Lockfile {
  readonly lockfileVersion: number
  readonly packages: Readonly<Record<string, LockedPackage>>
}

interface LockedPackage {
  readonly hasInstallScript?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
}

/** Finds what the lockfile of an example must not have, because readers copy it and StackBlitz installs it. */
function findErrors({ lockfileVersion, packages }: Lockfile): string[] {
  const errors = lockfileVersion === 3 ? [] : [`lockfileVersion is ${lockfileVersion}, not 3`]
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '') continue
    const { os, cpu, libc } = entry
    if (entry.hasInstallScript) errors.push(`${path} has an install script`)
    if ((os ?? cpu ?? libc) && !entry.optional) errors.push(`${path} is bound to a platform`)
    if (entry.resolved !== undefined) errors.push(`${path} names a host: ${entry.resolved}`)
    if (entry.integrity === undefined) errors.push(`${path} has no integrity`)
  }
  return errors
}

const lockfiles = readdirSync('examples')
  .map((id) => join('examples', id, 'package-lock.json'))
  .filter((path) => existsSync(path))

describe('lockfiles of examples', () => {
  test.each(lockfiles)('%s has no install script, no required platform and no host', (path) => {
    expect(findErrors(JSON.parse(readFileSync(path, 'utf8')) as Lockfile)).toEqual([])
  })

  test('each kind of lockfile error is found', () => {
    const integrity = 'sha512-x'
    const packages = {
      '': {},
      'node_modules/fine': { integrity },
      'node_modules/also-fine': { integrity, optional: true, os: ['linux'], cpu: ['x64'] },
      'node_modules/script': { integrity, hasInstallScript: true },
      'node_modules/os': { integrity, os: ['linux'] },
      'node_modules/cpu': { integrity, cpu: ['x64'] },
      'node_modules/host': { integrity, resolved: 'https://registry.invalid/host.tgz' },
      'node_modules/any': {},
    }
    expect(findErrors({ lockfileVersion: 2, packages })).toEqual([
      'lockfileVersion is 2, not 3',
      'node_modules/script has an install script',
      'node_modules/os is bound to a platform',
      'node_modules/cpu is bound to a platform',
      'node_modules/host names a host: https://registry.invalid/host.tgz',
      'node_modules/any has no integrity',
    ])
  })
})
