import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findNode22 } from '../../scripts/find.ts'
import { root } from '../../scripts/program.mjs'
import { describeWith } from '../tools/describe-with.ts'
import { run } from '../tools/run-program.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const echo = `
  import { execSync } from 'node:child_process'
  console.log(JSON.stringify({
    args: process.argv.slice(2),
    node: process.versions.node,
    nodeOnPath: execSync('node --version', { encoding: 'utf8' }).trim(),
  }))
  process.exit(7)`

const lockfile = (version: string) =>
  JSON.stringify({
    name: 'tiny',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'tiny', dependencies: { dep: 'file:dep' } },
      dep: { version },
      'node_modules/dep': { resolved: 'dep', link: true },
    },
  })

/** A repository with the real setup and one local package, which installs without a network. */
function tinyRepository() {
  const folder = temporaryFolder(
    {
      'package.json': JSON.stringify({ name: 'tiny', dependencies: { dep: 'file:dep' } }),
      'package-lock.json': lockfile('1.0.0'),
      'dep/package.json': JSON.stringify({ name: 'dep', version: '1.0.0' }),
      'scripts/echo.mjs': echo,
    },
    tmpdir(),
  )
  for (const name of ['run.mjs', 'program.mjs']) {
    copyFileSync(join(root, 'scripts', name), join(folder, 'scripts', name))
  }
  return folder
}

/** Runs a program of a repository by its `scripts/run.mjs`, on a given Node. */
function runIn(
  folder: string,
  args: readonly string[],
  node: readonly string[] = [process.execPath],
) {
  const [file = process.execPath, ...options] = node
  return run(file, [...options, join(folder, 'scripts/run.mjs'), ...args], { cwd: tmpdir() })
}

test('scripts/run.mjs rejects an old Node and says what to install', () => {
  const old = "Object.defineProperty(process, 'versions', { value: { node: '18.20.8' } })"
  const node = [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(old)}`]
  const { exitCode, stderr } = runIn(root, ['scripts/start.ts'], node)
  expect(exitCode).toBe(1)
  expect(stderr).toContain('needs Node 20 or later')
  expect(stderr).toContain('the running Node is 18.20.8. Install Node 24')
  expect(stderr).not.toContain('    at ')
})

test('scripts/run.mjs rejects an unknown program by name', () => {
  const { exitCode, stderr } = runIn(root, ['scripts/nothing.ts'])
  expect([exitCode, stderr.trim()]).toEqual([
    1,
    'There is no program scripts/nothing.ts in this repository or in its packages.',
  ])
})

describe('installation', () => {
  test('packages are installed only when they are missing or differ from the lockfile', () => {
    const folder = tinyRepository()
    const installs = () =>
      runIn(folder, ['scripts/echo.mjs']).stderr.includes('Installing packages')
    expect(installs()).toBe(true)
    expect(installs()).toBe(false)

    // As after `git pull`.
    writeFileSync(join(folder, 'dep/package.json'), '{ "name": "dep", "version": "2.0.0" }')
    writeFileSync(join(folder, 'package-lock.json'), lockfile('2.0.0'))
    expect(installs()).toBe(true)
    expect(installs()).toBe(false)
  })

  test('a failed installation is reported, and the program does not run', () => {
    const folder = tinyRepository()
    writeFileSync(join(folder, 'package.json'), '{ "dependencies": { "dep": "2.0.0" } }')
    const { exitCode, stdout, stderr } = runIn(folder, ['scripts/echo.mjs'])
    expect([exitCode, stdout]).toEqual([1, ''])
    expect(stderr).toContain('npm ci failed')
  })
})

describe('the program', () => {
  test('a program receives its arguments, and its exit code is passed on', () => {
    const { exitCode, stdout } = runIn(tinyRepository(), [
      'scripts/echo.mjs',
      'a b',
      '--c',
      '$HOME',
    ])
    expect(JSON.parse(stdout)).toMatchObject({ args: ['a b', '--c', '$HOME'] })
    expect(exitCode).toBe(7)
  })

  describeWith('started by Node 22', findNode22(), (node22) => {
    test('a program started by Node 22 runs on the installed Node 24, and so do its child processes', () => {
      const folder = temporaryFolder({ 'echo.mjs': echo }, import.meta.dirname)
      const program = join(folder, 'echo.mjs').slice(root.length + 1)
      const { stdout } = runIn(root, [program], [node22])
      const { node, nodeOnPath } = JSON.parse(stdout)
      expect(node).toMatch(/^24\./)
      expect(nodeOnPath).toBe(`v${node}`)
    })

    test('Node 22 without an installed Node 24 is rejected with what to install', () => {
      const { exitCode, stderr } = runIn(tinyRepository(), ['scripts/echo.mjs'], [node22])
      expect(exitCode).toBe(1)
      expect(stderr).toContain('Install Node 24')
    })
  })
})

describe('a signal', () => {
  const waits = `
    process.on('SIGTERM', () => process.exit(9))
    setInterval(() => {}, 1000)
    console.log(process.pid)`

  /** Starts a program that waits for SIGTERM. Resolves with the child process and the id of the program itself. */
  async function start(file: string, args: string[], env: NodeJS.ProcessEnv) {
    const child = spawn(file, args, { env: { ...process.env, ...env } })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [pid] = await once(createInterface(child.stdout), 'line')
    return { child, pid: Number(pid) }
  }

  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  function waitingRepository() {
    const folder = tinyRepository()
    writeFileSync(join(folder, 'scripts/wait.mjs'), waits)
    return join(folder, 'scripts/run.mjs')
  }

  test('SIGTERM reaches the program, and its exit code is passed on', async () => {
    const { child } = await start(process.execPath, [waitingRepository(), 'scripts/wait.mjs'], {})
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([9, null])
  })

  test('the program ends when the shell that npm started is killed', async () => {
    const line = `"${process.execPath}" "${waitingRepository()}" scripts/wait.mjs; true`
    const { child, pid } = await start('sh', ['-c', line], { npm_lifecycle_event: 'start' })
    child.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
  })
})
