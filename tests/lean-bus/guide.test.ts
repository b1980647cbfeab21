/** Produces each message that the guide "Lean bus" shows. */
import { readFileSync } from 'node:fs'
import { open, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { startBrokerProcess, type BrokerProcess } from '../../contracts/process/broker.ts'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import { connect } from '../../examples/lean-bus/src/bus.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { root } from '../../scripts/program.mjs'
import { publishedFiles, writeFiles } from '../../src/model/examples/files.ts'
import { handleUntil } from '../tools/handle-until.ts'
import { emptyWorkspace } from '../../src/model/examples/workspace.ts'

const guide = readFileSync(join(root, 'content/guides/lean-bus/lean-bus.mdx'), 'utf8')
const shown = Array.from(guide.matchAll(/^```text\n(.*?)```$/gms), ([, text = '']) => text)
const runtime = thisNode()

/** Finds the message of the guide that contains this text. */
function findMessage(part: string): string {
  const [found, ...others] = shown.filter((text) => text.includes(part))
  if (found === undefined || others.length > 0)
    throw new Error(`the guide must have exactly one block with "${part}"`)
  return found
}

/** Creates a folder with the starter, which has no dependencies to install. */
async function createStarter(): Promise<string> {
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

/** Runs a shell line in the starter until it exits. */
async function run(directory: string, line: string, more: NodeJS.ProcessEnv = {}) {
  const { exitCode, stdout, stderr } = await execa(line, {
    shell: true,
    cwd: directory,
    env: env(more),
    extendEnv: false,
    stdin: 'ignore',
    stripFinalNewline: false,
    reject: false,
    timeout: 60_000,
  })
  return { code: exitCode, stdout, stderr }
}

/** Starts a broker on the data of the starter. It is killed when the test has finished. */
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

/** Connects a client, which is closed when the test has finished. */
async function openBus({ port }: BrokerProcess, topics: string[] = []) {
  const settings = { host: '127.0.0.1', port }
  await createTopics(settings, topics)
  const bus = await connect(settings)
  onTestFinished(() => bus.close())
  return bus
}

const record = { key: 'k', value: new Uint8Array(10) }
const segment = 'data/orders/00000000000000000000.log'

/** Creates a starter whose demo has run and was ended by SIGKILL. */
async function createKilledStarter(): Promise<string> {
  const directory = await createStarter()
  const argv = [runtime.path, 'src/main.ts']
  const program = await startProgram({ argv, directory, env: env() })
  program.signal('SIGKILL')
  await program.exit
  return directory
}

test('a client without a broker prints the message of the guide and exits with 1', async () => {
  const text = findMessage('No broker answers')
  const [, line = '', output] = /^\$ (.*)\n([^]*)$/.exec(text) ?? []
  const { code, stdout, stderr } = await run(await createStarter(), line)
  expect(stdout.replace(/^> .*\n|^\n/gm, '') + stderr).toBe(output)
  expect(code).toBe(1)
})

test('a failed write ends the broker with the message of the guide, and all acknowledged records are stored', async () => {
  const directory = await createStarter()
  // A limit on file sizes stands for a full disk: the same system call fails.
  const limited = join(directory, 'limited')
  await writeFile(limited, `#!/bin/sh\nulimit -f 64\nexec ${runtime.path} "$@"\n`, { mode: 0o755 })
  const broker = await serve(directory, {}, limited)
  const bus = await openBus(broker, ['orders'])
  let acknowledged = 0
  const publishing = (async () => {
    for (;;) {
      await bus.publish('orders', { key: 'k', value: new Uint8Array(1000) })
      acknowledged++
    }
  })().catch(() => {})
  const text = findMessage('a write failed').replace(
    'ENOSPC: no space left on device',
    'EFBIG: file too large',
  )
  await expect.poll(() => broker.errorOutput()).toContain(`${text}ended with 1`)
  await bus.close()
  await publishing
  const { stdout } = await run(directory, 'npm run --silent inspect -- --json orders')
  expect(acknowledged).toBeGreaterThan(0)
  expect(stdout.trimEnd().split('\n').length).toBeGreaterThanOrEqual(acknowledged)
  await serve(directory)
})

test('a broker that cuts off a torn tail prints the warning of the guide', async () => {
  const directory = await createKilledStarter()
  const { size } = await stat(join(directory, segment))
  await truncate(join(directory, segment), size - 7)
  const broker = await serve(directory)
  expect(broker.errorOutput()).toContain(findMessage('a torn tail'))
})

test('the broker and verify report damage to acknowledged records with the message of the guide', async () => {
  const directory = await createKilledStarter()
  const file = await open(join(directory, segment), 'r+')
  await file.write(Buffer.of(1), 0, 1, 100)
  await file.close()
  const refused = await run(directory, 'npm run --silent broker')
  expect(refused).toMatchObject({ code: 1, stderr: findMessage('is damaged at byte') })
  const verified = await run(directory, 'npm run --silent verify')
  expect(verified).toMatchObject({ code: 1, stderr: findMessage('is damaged at byte') })
})

test('a second broker on the same folder prints the message of the guide', async () => {
  const directory = await createStarter()
  await serve(directory)
  const second = await run(directory, 'npm run --silent broker')
  expect(second).toMatchObject({ code: 1, stderr: findMessage('Another broker') })
})

test('publishing to an unknown topic fails with the message of the guide', async () => {
  const bus = await openBus(await serve(await createStarter()), ['orders'])
  const message = findMessage('There is no topic').trimEnd()
  await expect(bus.publish('order', record)).rejects.toThrow(message)
})

test('a broker that deleted records before a group handled them prints the warning of the guide', async () => {
  const directory = await createStarter()
  const one = await serve(directory, { SEGMENT_BYTES: '1' })
  const before = await openBus(one, ['orders'])
  for (let i = 0; i < 3; i++) await before.publish('orders', record)
  await before.close()
  await one.stop()
  const two = await serve(directory, { SEGMENT_BYTES: '1', RETAIN_BYTES: '1' })
  const after = await openBus(two)
  const offsets: bigint[] = []
  await handleUntil(after, { topic: 'orders', group: 'slow' }, async ({ offset }) => {
    return offsets.push(offset) > 0
  })
  expect(offsets).toEqual([2n])
  expect(two.errorOutput()).toContain(findMessage('were deleted before'))
})

test('the guide shows seven messages, all of which the tests above produce', () => {
  expect(shown).toHaveLength(7)
})
