import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findNode22 } from '../../scripts/find.ts'
import { root } from '../../scripts/program.mjs'
import { describeWith } from '../tools/describe-with.ts'
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

/** A repository with the real setup, one package of its own and no need of the network. */
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

/** Runs a program of a repository by its `scripts/run.mjs`, and that on a given Node. */
function runIn(
  folder: string,
  args: readonly string[],
  node: readonly string[] = [process.execPath],
) {
  const [file = process.execPath, ...options] = node
  const script = join(folder, 'scripts/run.mjs')
  return spawnSync(file, [...options, script, ...args], { cwd: tmpdir(), encoding: 'utf8' })
}

test('an old Node is refused by name, with what to install', () => {
  const old = "Object.defineProperty(process, 'versions', { value: { node: '18.20.8' } })"
  const node = [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(old)}`]
  const { status, stderr } = runIn(root, ['scripts/start.ts'], node)
  expect(status).toBe(1)
  expect(stderr).toContain('needs Node 20 or later')
  expect(stderr).toContain('the Node that runs is 18.20.8. Install Node 24')
  expect(stderr).not.toContain('    at ')
})

test('an unknown program is refused by name', () => {
  const { status, stderr } = runIn(root, ['scripts/nothing.ts'])
  expect([status, stderr.trim()]).toEqual([
    1,
    'There is no program scripts/nothing.ts in this repository or its packages.',
  ])
})

describe('installation', () => {
  test('happens when packages are missing or differ from the lockfile, and only then', () => {
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

  test('that fails says so and runs nothing', () => {
    const folder = tinyRepository()
    writeFileSync(join(folder, 'package.json'), '{ "dependencies": { "dep": "2.0.0" } }')
    const { status, stdout, stderr } = runIn(folder, ['scripts/echo.mjs'])
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('npm ci failed')
  })
})

describe('the program', () => {
  test('gets its arguments, and its exit code is passed on', () => {
    const { status, stdout } = runIn(tinyRepository(), ['scripts/echo.mjs', 'a b', '--c', '$HOME'])
    expect(JSON.parse(stdout)).toMatchObject({ args: ['a b', '--c', '$HOME'] })
    expect(status).toBe(7)
  })

  describeWith('started by Node 22', findNode22(), (node22) => {
    test('runs on the Node 24 that npm has installed, as does what it starts', () => {
      const folder = temporaryFolder({ 'echo.mjs': echo }, import.meta.dirname)
      const program = join(folder, 'echo.mjs').slice(root.length + 1)
      const { stdout } = runIn(root, [program], [node22])
      const { node, nodeOnPath } = JSON.parse(stdout)
      expect(node).toMatch(/^24\./)
      expect(nodeOnPath).toBe(`v${node}`)
    })

    test('is refused where npm has no Node 24, with what to install', () => {
      const { status, stderr } = runIn(tinyRepository(), ['scripts/echo.mjs'], [node22])
      expect(status).toBe(1)
      expect(stderr).toContain('Install Node 24')
    })
  })
})

describe('a signal', () => {
  const waits = `
    process.on('SIGTERM', () => process.exit(9))
    setInterval(() => {}, 1000)
    console.log(process.pid)`

  /** Starts a program that waits for SIGTERM. Resolves with the process and the program's own id. */
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

  test('reaches the program, whose exit code is passed on', async () => {
    const { child } = await start(process.execPath, [waitingRepository(), 'scripts/wait.mjs'], {})
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([9, null])
  })

  test('to the shell of npm leaves nothing behind', async () => {
    const line = `"${process.execPath}" "${waitingRepository()}" scripts/wait.mjs; true`
    const { child, pid } = await start('sh', ['-c', line], { npm_lifecycle_event: 'start' })
    child.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
  })
})
