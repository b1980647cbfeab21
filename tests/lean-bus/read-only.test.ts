/** `npm run verify` and `npm run inspect` on data folders with company: foreign files, other users, a running broker. */
import { execFileSync } from 'node:child_process'
import {
  globSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connect } from '../../examples/lean-bus/src/bus.ts'
import { openData, openLog } from '../../examples/lean-bus/src/cli/scan.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { diskFolder } from '../../examples/lean-bus/src/log/files.ts'
import { memoryFolder } from '../../examples/lean-bus/src/log/memory-files.ts'
import { exampleSource } from '../../lab/lean-bus.ts'
import { describeWith } from '../tools/describe-with.ts'
import { handleUntil } from '../tools/handle-until.ts'
import { temporaryFolder } from '../tools/temporary.ts'
import { openInProcess } from './tools/in-process.ts'
import { root, runAsOtherUser, sharedFolder } from './tools/other-user.ts'
import { runExample } from './tools/run-example.ts'
import { startTestBroker } from './tools/test-broker.ts'

const segment = `${'0'.repeat(20)}.log`

/** Publishes two records to each of two topics, and commits the first of `orders`. */
async function createData(path: string) {
  const { open, close } = await openInProcess({}, await diskFolder(path))
  await createTopics(open, ['payments'])
  const bus = await connect(open)
  for (const topic of ['orders', 'payments']) {
    for (const key of ['a', 'b']) await bus.publish(topic, { key, value: Buffer.from(key) })
  }
  await handleUntil(bus, { topic: 'orders', group: 'shipping' }, async (_record, commit) => {
    await commit()
    return true
  })
  await bus.close()
  await close()
  return path
}

const intact =
  /^orders: offsets 0 to 2, .* all intact\npayments: offsets 0 to 2, .* all intact\n__groups: .* all intact$/

/** Describes everything in a folder, so that any change to it is noticed. */
const describeTree = (path: string) =>
  globSync('**/*', { cwd: path }).map((name) => {
    const { mode, size, mtimeMs } = lstatSync(join(path, name))
    return `${name} ${mode} ${size} ${mtimeMs}`
  })

/** Adds what systems and people leave in a folder. */
function addCompany(path: string) {
  mkdirSync(join(path, 'lost+found'), { mode: 0o700 })
  mkdirSync(join(path, 'Backup'))
  writeFileSync(join(path, 'notes.txt'), 'notes')
  symlinkSync('nowhere', join(path, '.#notes.txt'))
  writeFileSync(join(path, 'orders', `${segment}.bak`), 'an old copy')
}

const passedOver = ['.#notes.txt', 'Backup', 'lost+found', 'notes.txt', `orders/${segment}.bak`]
const passedOverLines = passedOver.map((name) => `Passed over ${name}: a broker does not use it.`)

const verify = (dataDir: string) => runExample([join(exampleSource, 'cli/verify.ts')], dataDir)

test('verify and inspect name the foreign files that they pass over, and change nothing', async () => {
  const folder = await createData(temporaryFolder({}, tmpdir()))
  addCompany(folder)
  const before = describeTree(folder)
  const verified = await verify(folder)
  expect(verified.stderr.split('\n').toSorted()).toEqual(passedOverLines)
  expect(verified.stdout).toMatch(intact)
  expect(verified.exitCode).toBe(0)
  const inspected = await runExample([join(exampleSource, 'cli/inspect.ts'), '--json'], folder)
  expect(inspected.stderr.split('\n').toSorted()).toEqual(passedOverLines)
  expect(inspected.stdout.split('\n').map((line) => JSON.parse(line).type)).toEqual([
    'record',
    'record',
    'group',
    'record',
    'record',
  ])
  expect(inspected.exitCode).toBe(0)
  expect(describeTree(folder)).toEqual(before)
})

test('verify works next to a running broker, and says nothing about its lock', async () => {
  const { dataDir } = await startTestBroker({
    DATA_DIR: await createData(temporaryFolder({}, tmpdir())),
  })
  expect(await verify(dataDir)).toMatchObject({ exitCode: 0, stderr: '' })
})

describeWith('root', root, () => {
  test('verify and inspect work on a read-only copy as another user', async () => {
    const folder = sharedFolder()
    await createData(folder)
    addCompany(folder)
    execFileSync('chmod', ['-R', 'a-w,a+rX', folder])
    execFileSync('chmod', ['700', join(folder, 'lost+found')])
    const before = describeTree(folder)
    const verified = await runAsOtherUser(['cli/verify.ts'], folder)
    expect(verified.stderr.split('\n').toSorted()).toEqual(passedOverLines)
    expect(verified.stdout).toMatch(intact)
    expect(verified.exitCode).toBe(0)
    const inspected = await runAsOtherUser(['cli/inspect.ts', '--json'], folder)
    expect(inspected.stdout.split('\n')).toHaveLength(5)
    expect(inspected.exitCode).toBe(0)
    expect(describeTree(folder)).toEqual(before)
  })

  test('verify reports a topic that this user may not read, and checks the others', async () => {
    const folder = sharedFolder()
    await createData(folder)
    execFileSync('chmod', ['700', join(folder, 'orders')])
    execFileSync('chmod', ['600', join(folder, '__groups', segment)])
    const { exitCode, stdout, stderr } = await runAsOtherUser(['cli/verify.ts'], folder)
    expect(stderr).toContain(`EACCES: permission denied, scandir '${folder}/orders'`)
    expect(stderr).toContain(`__groups/${segment} cannot be read: EACCES`)
    expect(stdout).toMatch(/^payments: .* all intact$/)
    expect(exitCode).toBe(1)
  })
})

test.each<[what: string, spoil: (folder: string) => void, message: string]>([
  [
    'a folder with the name of a segment',
    (folder) => mkdirSync(join(folder, 'orders', `${'0'.repeat(19)}2.log`)),
    `${'0'.repeat(19)}2.log cannot be read: EISDIR`,
  ],
  [
    'a link to a segment that is gone',
    (folder) => symlinkSync('nowhere', join(folder, 'orders', `${'0'.repeat(19)}2.log`)),
    `${'0'.repeat(19)}2.log cannot be read: ENOENT`,
  ],
  [
    'a folder with the name of the marker of a clean end',
    (folder) => {
      rmSync(join(folder, 'orders', 'clean'))
      mkdirSync(join(folder, 'orders', 'clean'))
    },
    'clean cannot be read: EISDIR',
  ],
  [
    'a link to a topic that is gone',
    (folder) => symlinkSync('nowhere', join(folder, 'refunds')),
    'ENOENT: no such file or directory',
  ],
  [
    'a file with the name of the log of the groups',
    (folder) => {
      rmSync(join(folder, '__groups'), { recursive: true })
      writeFileSync(join(folder, '__groups'), '')
    },
    '__groups',
  ],
])('%s is an error of the tools and of the broker', async (_what, spoil, message) => {
  const path = await createData(temporaryFolder({}, tmpdir()))
  spoil(path)
  const readAll = async () => {
    const { folder, topics } = await openData(path)
    for (const name of [...topics, '__groups']) await openLog(folder, name)
  }
  await expect(readAll()).rejects.toThrow(message)
  await expect(openInProcess({}, await diskFolder(path))).rejects.toThrow(message)
})

test('a topic whose folder is a link is read like any other, by the tools and by the broker', async () => {
  const folder = await createData(temporaryFolder({}, tmpdir()))
  const elsewhere = join(temporaryFolder({}, tmpdir()), 'orders')
  renameSync(join(folder, 'orders'), elsewhere)
  symlinkSync(elsewhere, join(folder, 'orders'))
  expect(await verify(folder)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(intact) })
  const { open } = await openInProcess({}, await diskFolder(folder))
  const bus = await connect(open)
  expect(await bus.publish('orders', { key: 'c', value: Buffer.alloc(0) })).toMatchObject({
    offset: 2n,
  })
  await bus.close()
})

test('a segment that a running broker deletes while its folder is read is no error', async () => {
  const data = memoryFolder()
  const { open } = await openInProcess({ segmentBytes: 1 }, data)
  const bus = await connect(open)
  for (const key of ['a', 'b', 'c']) await bus.publish('orders', { key, value: Buffer.alloc(0) })
  await bus.close()
  const orders = await data.folder('orders')
  let isDeleted = false
  const busy = {
    ...orders,
    async open(name: string) {
      if (!isDeleted) await orders.remove(name)
      isDeleted = true
      return orders.open(name)
    },
  }
  const { segments, end } = await openLog({ ...data, folder: async () => busy }, 'orders')
  expect([segments[0]?.base, end]).toEqual([1n, 3n])
})

test.each(['a folder that does not exist', 'a file', 'a folder without logs'])(
  'DATA_DIR that is %s is an error that names it',
  async (what) => {
    const folder = temporaryFolder({ file: '' }, tmpdir())
    const path =
      { 'a file': join(folder, 'file'), 'a folder without logs': folder }[what] ??
      join(folder, 'missing')
    await expect(openData(path)).rejects.toThrow(`DATA_DIR=${path} is not `)
    expect(globSync('*', { cwd: folder })).toEqual(['file'])
  },
)

test('verify and the broker say which limit to raise when there are too many segments to open', async () => {
  const folder = temporaryFolder({}, tmpdir())
  const { open, close } = await openInProcess({ segmentBytes: 1 }, await diskFolder(folder))
  const bus = await connect(open)
  for (let i = 0; i < 20; i++) await bus.publish('orders', { key: '', value: Buffer.alloc(0) })
  await bus.close()
  await close()
  const limited = ['sh', '-c', 'ulimit -n 30; exec "$0" "$@"', process.execPath]
  for (const program of ['cli/verify.ts', 'cli/run-broker.ts']) {
    const { exitCode, stderr } = await runExample([join(exampleSource, program)], folder, limited)
    expect(stderr).toMatch(/EMFILE: too many open files.* Raise the limit: "ulimit -n" in a shell/)
    expect(exitCode).toBe(1)
  }
})
