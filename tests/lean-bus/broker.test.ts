import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { connect } from '../../examples/lean-bus/src/bus.ts'
import { openSession, type Session } from '../../examples/lean-bus/src/client/session.ts'
import { text, types, u32 } from '../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../examples/lean-bus/src/protocol/limits.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { handleUntil } from '../tools/handle-until.ts'
import { requestCode } from './model/system.ts'
import { openInProcess } from './tools/in-process.ts'
import { startTestBroker, temporaryDataDir, type TestBroker } from './tools/test-broker.ts'

/** Publishes one record to `orders`. Resolves with its offset. */
async function publish(broker: TestBroker, key: string) {
  await createTopics(broker.address, ['orders'])
  const bus = await connect(broker.address)
  const { offset } = await bus.publish('orders', { key, value: Buffer.from(key) })
  await bus.close()
  return Number(offset)
}

/** Reads the keys of `orders` with a new group. */
async function readKeys(broker: TestBroker, count: number) {
  const bus = await connect(broker.address)
  const keys: string[] = []
  const from = { topic: 'orders', group: `reader-${Math.random().toString(36).slice(2)}` }
  await handleUntil(bus, from, async ({ key }) => keys.push(String(key)) === count)
  await bus.close()
  return keys
}

test('a second broker on a data folder exits with an error that says what to do, and the first keeps working', async () => {
  const first = await startTestBroker()
  const { dataDir: DATA_DIR } = first
  const message = `exited with 1: Another broker has the data folder ${DATA_DIR}. Stop it, or give another DATA_DIR.\n`
  for (let i = 0; i < 3; i++) await expect(startTestBroker({ DATA_DIR })).rejects.toThrow(message)
  expect(await publish(first, 'a')).toBe(0)
  first.kill('SIGTERM')
  expect(await first.exit).toBe(0)
  expect(await publish(await startTestBroker({ DATA_DIR }), 'b')).toBe(1)
})

test('of two brokers that start on one data folder at the same time, at most one serves', async () => {
  for (let i = 0; i < 5; i++) {
    const DATA_DIR = temporaryDataDir()
    const started = await Promise.allSettled([
      startTestBroker({ DATA_DIR }),
      startTestBroker({ DATA_DIR }),
    ])
    const refused = started.flatMap((one) =>
      one.status === 'rejected' ? [String(one.reason)] : [],
    )
    expect(refused.length).toBeGreaterThan(0)
    for (const reason of refused) expect(reason).toContain('Another broker has the data folder')
  }
})

test('a broker that restarts after SIGKILL serves at once and has every acknowledged record', async () => {
  const DATA_DIR = temporaryDataDir()
  for (let i = 0; i < 4; i++) {
    const broker = await startTestBroker({ DATA_DIR })
    expect(await publish(broker, `${i}`)).toBe(i)
    broker.kill('SIGKILL')
    expect(await broker.exit).toBe('SIGKILL')
  }
  expect(await readKeys(await startTestBroker({ DATA_DIR }), 4)).toEqual(['0', '1', '2', '3'])
})

test('a broker starts despite fifty locks of dead brokers, and deletes them', async () => {
  const DATA_DIR = temporaryDataDir()
  mkdirSync(DATA_DIR)
  leaveLocks(DATA_DIR, 50)
  expect(listLocks(DATA_DIR)).toHaveLength(50)
  const broker = await startTestBroker({ DATA_DIR })
  expect(listLocks(DATA_DIR)).toHaveLength(1)
  expect(await publish(broker, 'a')).toBe(0)
})

/** Valid names of topics that resemble names of the broker's own files. */
const likeOurs = [
  'lock-orders',
  'lock-1a2b3c4d',
  'lock-',
  'clean',
  'groups',
  `${'0'.repeat(20)}.log`,
]

test('topics with names like those of locks and log files are served again after a crash', async () => {
  const DATA_DIR = temporaryDataDir()
  for (const expected of [0, 1]) {
    const broker = await startTestBroker({ DATA_DIR })
    await createTopics(broker.address, likeOurs)
    const bus = await connect(broker.address)
    for (const topic of likeOurs) {
      const { offset } = await bus.publish(topic, { key: '', value: Buffer.from(topic) })
      expect([topic, Number(offset)]).toEqual([topic, expected])
    }
    await bus.close()
    broker.kill('SIGKILL')
    await broker.exit
  }
})

test('a broker of an earlier version, whose lock has no "~", keeps its data folder', async () => {
  const DATA_DIR = temporaryDataDir()
  mkdirSync(DATA_DIR)
  const lock = join(DATA_DIR, 'lock-1a2b3c4d')
  const server = createServer((socket) => socket.destroy())
  await once(server.listen(lock), 'listening')
  await expect(startTestBroker({ DATA_DIR })).rejects.toThrow('Another broker has the data folder')
  expect(listLocks(DATA_DIR)).toContain('lock-1a2b3c4d')
  server.close()
  await startTestBroker({ DATA_DIR })
})

test('a broker leaves files and folders with names like locks alone, and refuses a topic named like a file', async () => {
  const DATA_DIR = temporaryDataDir()
  mkdirSync(join(DATA_DIR, 'lock-~folder'), { recursive: true })
  writeFileSync(join(DATA_DIR, 'lock-notes.txt'), 'notes')
  const broker = await startTestBroker({ DATA_DIR })
  expect(listLocks(DATA_DIR)).toEqual(expect.arrayContaining(['lock-notes.txt', 'lock-~folder']))
  await expect(createTopics(broker.address, ['lock-notes.txt'])).rejects.toMatchObject({
    code: 'BAD_NAME',
    message: expect.stringContaining(join(DATA_DIR, 'lock-notes.txt')),
  })
  expect(await publish(broker, 'a')).toBe(0)
})

test('a data folder with too long a path is rejected with an error that says what to do', async () => {
  const DATA_DIR = join(temporaryDataDir(), 'x'.repeat(100))
  await expect(startTestBroker({ DATA_DIR })).rejects.toThrow(
    `The path of the data folder ${DATA_DIR} is too long for a socket. Set DATA_DIR to a shorter path`,
  )
})

const listLocks = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('lock-'))

/** Creates locks like a broker, in a process that is killed. */
function leaveLocks(folder: string, count: number) {
  const program = `
    const servers = Array.from({ length: ${count} }, (_, i) =>
      require('node:net').createServer().listen('lock-~' + String(i).padStart(7, '0')))
    Promise.all(servers.map((server) => require('node:events').once(server, 'listening')))
      .then(() => process.kill(process.pid, 'SIGKILL'))`
  expect(() => execFileSync(process.execPath, ['-e', program], { cwd: folder })).toThrow()
}

const reach = async (host: string, port: number) => {
  const socket = createConnection({ host, port })
  await once(socket, 'connect').finally(() => socket.destroy())
}

test.each([[[]], [['--unsafe-bind', '']]])(
  'the broker listens on 127.0.0.1 only with the options %j',
  async (options) => {
    const { port } = await startTestBroker({}, ...options)
    await reach('127.0.0.1', port)
    await expect(reach('127.0.0.2', port)).rejects.toThrow('ECONNREFUSED')
  },
)

test.each([
  ['0.0.0.0', '0.0.0.0'],
  // IPv4 in the notation of IPv6: it also works on a machine without IPv6.
  ['::ffff:127.0.0.2', '[::ffff:127.0.0.2]'],
])('the broker listens on --unsafe-bind %s, and warns about %s', async (address, printed) => {
  const broker = await startTestBroker({}, '--unsafe-bind', address)
  await reach('127.0.0.2', broker.port)
  expect(broker.stderr()).toContain(
    `Warning: anyone who reaches ${printed}:${broker.port} can read and write everything. There is no login and no TLS.`,
  )
})

test('a broker whose address is in use names that address, and unlocks its data folder', async () => {
  const { port } = await startTestBroker()
  const DATA_DIR = temporaryDataDir()
  const taken = startTestBroker({ DATA_DIR, BROKER_PORT: String(port) })
  await expect(taken).rejects.toThrow(`127.0.0.1:${port}`)
  await startTestBroker({ DATA_DIR })
})

test.each([
  ['BROKER_PORT', 'x', '0 to 65535'],
  ['BROKER_PORT', '65536', '0 to 65535'],
  ['LEASE_MS', '499', '500 to 3600000'],
  ['LEASE_MS', '1e3', '500 to 3600000'],
  ['SEGMENT_BYTES', '0', '1 to 268435456'],
  ['RETAIN_BYTES', '-1', '1 to 9007199254740991'],
  ['RETAIN_HOURS', '0', '1 to 1000000'],
])('the broker rejects %s=%s and prints the allowed range', async (name, value, range) => {
  const started = startTestBroker({ [name]: value })
  await expect(started).rejects.toThrow(
    `exited with 1: ${name}=${value} is invalid. Set it to a number from ${range}.\n`,
  )
})

test('the broker rejects an unknown option by name', async () => {
  await expect(startTestBroker({}, '--bind', '0.0.0.0')).rejects.toThrow(
    /exited with 1: .*'--bind'/,
  )
})

const segmentOf = (dataDir: string) => join(dataDir, 'orders', `${'0'.repeat(20)}.log`)

/** Flips one bit of the last batch on the disk. */
function flipBit(dataDir: string) {
  const bytes = readFileSync(segmentOf(dataDir))
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  writeFileSync(segmentOf(dataDir), bytes)
  return bytes.length / 2
}

test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])(
  'after a clean shutdown by %s, a flipped bit is refused and not cut off',
  async (signal) => {
    const broker = await startTestBroker()
    await publish(broker, 'a')
    await publish(broker, 'b')
    broker.kill(signal)
    expect(await broker.exit).toBe(0)
    const { dataDir: DATA_DIR } = broker
    for (const log of ['orders', '__groups']) {
      expect(existsSync(join(DATA_DIR, log, 'clean'))).toBe(true)
    }
    const at = flipBit(DATA_DIR)
    const damage = `orders/${'0'.repeat(20)}.log is damaged at byte ${at}`
    await expect(startTestBroker({ DATA_DIR })).rejects.toThrow(damage)
    // A second start doesn't hide the damage.
    await expect(startTestBroker({ DATA_DIR })).rejects.toThrow(damage)
  },
)

test('the shutdown completes though SIGTERM arrives again and again', async () => {
  const broker = await startTestBroker()
  // Closing each of them takes time.
  const topics = Array.from({ length: 60 }, (_none, i) => `t${i}`)
  await createTopics(broker.address, topics)
  const again = setInterval(() => broker.kill('SIGTERM'), 5)
  expect(await broker.exit).toBe(0)
  clearInterval(again)
  for (const topic of topics) expect(existsSync(join(broker.dataDir, topic, 'clean'))).toBe(true)
})

test('after SIGKILL, a flipped bit in the last batch is a torn tail, with a warning', async () => {
  const broker = await startTestBroker()
  await publish(broker, 'a')
  await publish(broker, 'b')
  broker.kill('SIGKILL')
  await broker.exit
  const { dataDir: DATA_DIR } = broker
  const at = flipBit(DATA_DIR)
  const again = await startTestBroker({ DATA_DIR })
  expect(again.stderr()).toContain(
    `orders/${'0'.repeat(20)}.log: a torn tail, ${at} bytes from ${at} cut off`,
  )
  expect(await readKeys(again, 1)).toEqual(['a'])
})

test('clients that work through four restarts of the broker get each record once, in order', async () => {
  const DATA_DIR = temporaryDataDir()
  let broker = await startTestBroker({ DATA_DIR })
  const { port } = broker
  await createTopics(broker.address, ['orders'])
  const bus = await connect({ host: '127.0.0.1', port })
  const handled: string[] = []
  await bus.subscribe({ topic: 'orders', group: 'g' }, async ({ key }, commit) => {
    handled.push(String(key))
    await commit()
  })
  const keys: string[] = []
  const published: Promise<unknown>[] = []
  const publishSome = () => {
    for (let i = 0; i < 500; i++) {
      const key = `${keys.length}`
      keys.push(key)
      published.push(bus.publish('orders', { key, value: Buffer.alloc(1000) }))
    }
  }
  for (const signal of ['SIGTERM', 'SIGKILL', 'SIGTERM', 'SIGTERM'] as const) {
    publishSome()
    await published.at(-250)
    publishSome()
    broker.kill(signal)
    expect(await broker.exit).toBe(signal === 'SIGTERM' ? 0 : signal)
    broker = await startTestBroker({ DATA_DIR, BROKER_PORT: String(port) })
  }
  await Promise.all(published)
  expect(await readKeys(broker, keys.length)).toEqual(keys)
  await expect.poll(() => new Set(handled).size, { timeout: 30_000 }).toBe(keys.length)
  expect(handled.filter((key, i) => handled.indexOf(key) === i)).toEqual(keys)
  await bus.close()
})

test('a bus that was closed while its broker was down does not connect when the broker is up again', async () => {
  const DATA_DIR = temporaryDataDir()
  const broker = await startTestBroker({ DATA_DIR })
  await createTopics(broker.address, ['orders'])
  const bus = await connect(broker.address)
  broker.kill('SIGKILL')
  await broker.exit
  const published = bus.publish('orders', { key: 'late', value: Buffer.alloc(0) })
  const refused = expect(published).rejects.toThrow('the bus is closed')
  await bus.close()
  const again = await startTestBroker({ DATA_DIR, BROKER_PORT: String(broker.port) })
  await refused
  expect(await publish(again, 'first')).toBe(0)
})

const invalidNames = [
  '../x',
  'a/b',
  '__groups',
  '',
  '.',
  '..',
  'a'.repeat(101),
  'Orders',
  'a\0',
  '-a',
  'ä',
  'a b',
  '..\\x',
  '/x',
]

test('invalid names of topics and groups are rejected, and no file is created for them', async () => {
  const broker = await startTestBroker()
  const session = await openSession(await broker.connect())
  await session.request(types.CREATE, text('orders'))
  for (const name of invalidNames) {
    expect([name, await requestCode(session.request(types.CREATE, text(name)))]).toEqual([
      name,
      'BAD_NAME',
    ])
    const subscribing = subscribe(session, { group: name, id: session.nextId() })
    expect([name, await requestCode(subscribing)]).toEqual([name, 'BAD_NAME'])
    const asked = session.request(types.STAT, text(name), text(''))
    expect([name, await requestCode(asked)]).toEqual([name, 'UNKNOWN_TOPIC'])
  }
  for (const name of ['a', '0', 'a.b_c-d', 'a'.repeat(100)]) {
    expect(await requestCode(session.request(types.CREATE, text(name)))).toBe('OK')
  }
  const made = readdirSync(broker.dataDir).filter((name) => !name.startsWith('lock-'))
  expect(made.toSorted()).toEqual(['0', '__groups', 'a', 'a.b_c-d', 'a'.repeat(100), 'orders'])
  expect(readdirSync(dirname(broker.dataDir))).toEqual(['data'])
  session.close()
})

test('a topic above the limit is OVERLOADED, and the existing topics stay', async () => {
  const { open } = await openInProcess()
  const session = await openSession(await open())
  const create = (name: string) => requestCode(session.request(types.CREATE, text(name)))
  // `orders` exists.
  for (let i = 1; i < limits.topics; i++) expect(await create(`t${i}`)).toBe('OK')
  expect(await create('one-more')).toBe('OVERLOADED')
  expect(await create('t1')).toBe('OK')
  expect(await requestCode(session.request(types.STAT, text('one-more'), text('')))).toBe(
    'UNKNOWN_TOPIC',
  )
  session.close()
})

test('a subscription above the limit of a connection is OVERLOADED until another one ends', async () => {
  const { open } = await openInProcess()
  const session = await openSession(await open())
  const ids = Array.from({ length: limits.subscriptions }, () => session.nextId())
  for (const id of ids)
    expect(await requestCode(subscribe(session, { group: `g${id}`, id }))).toBe('OK')
  const id = session.nextId()
  expect(await requestCode(subscribe(session, { group: 'one-more', id }))).toBe('OVERLOADED')
  await session.request(types.UNSUBSCRIBE, u32(ids[0] ?? 0))
  expect(await requestCode(subscribe(session, { group: 'one-more', id }))).toBe('OK')
  session.close()
})

const subscribe = (session: Session, { group, id }: { group: string; id: number }) =>
  session.request(types.SUBSCRIBE, text('orders'), text(group), u32(id), u32(0))
