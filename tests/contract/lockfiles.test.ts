import { readdirSync, readFileSync } from 'node:fs'
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

/** Finds packages without hash, unpinned packages and other registries in a `requirements.txt`. */
function findRequirementErrors(text: string): string[] {
  const lines = text.replaceAll('\\\n', '').split('\n')
  return lines
    .filter((line) => !/^\s*(#.*)?$/.test(line))
    .filter(
      (line) =>
        !/^[\w.-]+(\[[\w,]+\])?==\S+( *;[^#]*?)?( +--hash=sha256:[0-9a-f]{64})+\s*$/.test(line),
    )
}

/** Finds packages of a `Cargo.lock` that are not from crates.io, or have no checksum. The example itself has neither. */
function findCrateErrors(text: string): string[] {
  const [, ...crates] = text.split('[[package]]\n')
  const registry = 'source = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "'
  return crates
    .filter((crate) => !crate.includes(registry))
    .map((crate) => /^name = "(.*)"/.exec(crate)?.[1] ?? crate)
}

/** The files of all examples with this name. */
function findFiles(pattern: RegExp): string[] {
  return readdirSync('examples', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join('examples', name)).map((file) => join('examples', name, file)),
    )
    .filter((path) => pattern.test(path))
}

describe('lockfiles of examples', () => {
  test.each(findFiles(/package-lock\.json$/))(
    '%s has no install script, no required platform and no host',
    (path) => {
      expect(findErrors(JSON.parse(readFileSync(path, 'utf8')) as Lockfile)).toEqual([])
    },
  )

  test.each(findFiles(/requirements.*\.txt$/))('%s pins every package with its hashes', (path) => {
    expect(findRequirementErrors(readFileSync(path, 'utf8'))).toEqual([])
  })

  test('a requirement without a version or hash, and another registry, are found', () => {
    const hash = `--hash=sha256:${'0'.repeat(64)}`
    const lines = ['a', 'b==1', `c>=1 ${hash}`, '--index-url https://registry.invalid/simple']
    const fine = `# why\nd[x]==1 ; python_version < '3.12' \\\n    ${hash} \\\n    ${hash}\n    # via e\n`
    expect(findRequirementErrors(`${fine}${lines.join('\n')}\n`)).toEqual(lines)
  })

  test.each(findFiles(/Cargo\.lock$/))(
    '%s names one source and a checksum for each crate',
    (path) => {
      expect(findCrateErrors(readFileSync(path, 'utf8'))).toHaveLength(1)
    },
  )

  test('a crate from git or without a checksum is found', () => {
    const crate = (name: string, more: string) =>
      `[[package]]\nname = "${name}"\nversion = "1"\n${more}\n`
    const index = 'source = "registry+https://github.com/rust-lang/crates.io-index"\n'
    const text = `version = 4\n\n${crate('fine', `${index}checksum = "0"`)}${crate('git', 'source = "git+https://x"')}${crate('bare', index)}`
    expect(findCrateErrors(text)).toEqual(['git', 'bare'])
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
