/** The messages that the guide "Lean bus" shows, each brought about. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { open, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startBrokerProcess, type BrokerProcess } from '../../contracts/process/broker.ts'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import type { Bus } from '../../contracts/bus/port.ts'
import { root } from '../../scripts/program.mjs'
import { publishedFiles, writeFiles } from '../../src/model/examples/files.ts'
import { emptyWorkspace } from '../../src/model/examples/workspace.ts'

const guide = readFileSync(join(root, 'content/guides/lean-bus.mdx'), 'utf8')
const shown = Array.from(guide.matchAll(/^```text\n(.*?)```$/gms), ([, text = '']) => text)
const runtime = thisNode()

/** What the guide shows that begins so, or has this in it. */
function message(part: string): string {
  const [found, ...others] = shown.filter((text) => text.includes(part))
  if (found === undefined || others.length > 0) throw new Error(`no one block has "${part}"`)
  return found
}

/** A folder with the starter in it. It needs no installation: it has no dependencies. */
async function starter(): Promise<string> {
  const { directory, [Symbol.asyncDispose]: remove } = await emptyWorkspace()
  onTestFinished(remove)
  writeFiles(publishedFiles('lean-bus', root), directory)
  return directory
}

const env = (more: NodeJS.ProcessEnv = {}) => ({
  ...environmentOf(runtime),
  PORT: '0',
  BROKER_PORT: '0',
  ...more,
})

/** Runs a program of the starter until it ends by itself. */
function run(directory: string, line: string, more: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
    cwd: directory,
    env: env(more),
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { code: status, stdout, stderr }
}

/** Starts a broker on the starter's data, until the test ends. */
async function serve(
  directory: string,
  more: NodeJS.ProcessEnv = {},
  node = runtime.path,
): Promise<BrokerProcess> {
  const broker = await startBrokerProcess(join(directory, 'src/cli/run-broker.ts'), {
    node,
    env: env({ DATA_DIR: join(directory, 'data'), ...more }),
  })
  onTestFinished(() => broker.stop('SIGKILL').catch(() => {}))
  return broker
}

/** The client side of the starter's bus. By address: the example is checked by its own tsconfig.json. */
async function connect({ port }: BrokerProcess, topics: readonly string[] = []): Promise<Bus> {
  const address = (name: string) => new URL(`examples/lean-bus/src/${name}.ts`, `file://${root}/`)
  const bus = (await import(address('bus').href)) as { connect(settings: unknown): Promise<Bus> }
  const { createTopics } = (await import(address('client/topics').href)) as {
    createTopics(settings: unknown, topics: readonly string[]): Promise<void>
  }
  const settings = { host: '127.0.0.1', port }
  await createTopics(settings, topics)
  const connected = await bus.connect(settings)
  onTestFinished(() => connected.close())
  return connected
}

const record = { key: 'k', value: new Uint8Array(10) }
const segment = 'data/orders/00000000000000000000.log'

/** The starter after its demo has run, killed by SIGKILL. */
async function killed(): Promise<string> {
  const directory = await starter()
  const argv = [runtime.path, 'src/main.ts']
  const program = await startProgram({ argv, directory, env: env() })
  program.signal('SIGKILL')
  await program.exit
  return directory
}

test('a broker that is not there', async () => {
  const text = message('No broker answers')
  const [, line = '', said] = /^\$ (.*)\n([^]*)$/.exec(text) ?? []
  const { code, stdout, stderr } = run(await starter(), line)
  expect(stdout.replace(/^> .*\n|^\n/gm, '') + stderr).toBe(said)
  expect(code).toBe(1)
})

test('a write that fails ends the broker, and what was acknowledged is there afterwards', async () => {
  const directory = await starter()
  // The system's limit on the size of a file stands for a full disk: the error comes from the same call.
  const limited = join(directory, 'limited')
  await writeFile(limited, `#!/bin/sh\nulimit -f 64\nexec ${runtime.path} "$@"\n`, { mode: 0o755 })
  const broker = await serve(directory, {}, limited)
  const bus = await connect(broker, ['orders'])
  let acknowledged = 0
  const publishing = (async () => {
    for (;;) {
      await bus.publish('orders', { key: 'k', value: new Uint8Array(1000) })
      acknowledged++
    }
  })().catch(() => {})
  const text = message('a write failed').replace(
    'ENOSPC: no space left on device',
    'EFBIG: file too large',
  )
  await expect.poll(() => broker.errorOutput()).toContain(`${text}ended with 1`)
  await bus.close()
  await publishing
  const { stdout } = run(directory, 'npm run --silent inspect -- --json orders')
  expect(acknowledged).toBeGreaterThan(0)
  expect(stdout.trimEnd().split('\n').length).toBeGreaterThanOrEqual(acknowledged)
  await serve(directory)
})

test('a torn tail is cut off, with a warning', async () => {
  const directory = await killed()
  const { size } = await stat(join(directory, segment))
  await truncate(join(directory, segment), size - 7)
  const broker = await serve(directory)
  expect(broker.errorOutput()).toContain(message('a torn tail'))
})

test('damage to what was acknowledged is refused, by the broker and by verify', async () => {
  const directory = await killed()
  const file = await open(join(directory, segment), 'r+')
  await file.write(Buffer.of(1), 0, 1, 100)
  await file.close()
  const refused = run(directory, 'npm run --silent broker')
  expect(refused).toMatchObject({ code: 1, stderr: message('is damaged at byte') })
  const verified = run(directory, 'npm run --silent verify')
  expect(verified).toMatchObject({ code: 1, stderr: message('is damaged at byte') })
})

test('a second broker on the same folder', async () => {
  const directory = await starter()
  await serve(directory)
  const second = run(directory, 'npm run --silent broker')
  expect(second).toMatchObject({ code: 1, stderr: message('Another broker') })
})

test('a topic that nobody has made', async () => {
  const bus = await connect(await serve(await starter()), ['orders'])
  const said = message('There is no topic').trimEnd()
  await expect(bus.publish('order', record)).rejects.toThrow(said)
})

test('a group that retention has overtaken', async () => {
  const directory = await starter()
  const one = await serve(directory, { SEGMENT_BYTES: '1' })
  const before = await connect(one, ['orders'])
  for (let i = 0; i < 3; i++) await before.publish('orders', record)
  await before.close()
  await one.stop()
  const two = await serve(directory, { SEGMENT_BYTES: '1', RETAIN_BYTES: '1' })
  const after = await connect(two)
  const first = Promise.withResolvers<bigint>()
  await after.subscribe({ topic: 'orders', group: 'slow' }, async ({ offset }) =>
    first.resolve(offset),
  )
  expect(await first.promise).toBe(2n)
  expect(two.errorOutput()).toContain(message('were deleted before'))
})

test('no message stands in the guide that is not brought about here', () => {
  expect(shown).toHaveLength(7)
})
