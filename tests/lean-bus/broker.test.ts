import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connect } from '../../examples/lean-bus/src/bus.ts'
import { openSession, type Session } from '../../examples/lean-bus/src/client/session.ts'
import { text, types, u32 } from '../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../examples/lean-bus/src/protocol/limits.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { codeOf } from './model/system.ts'
import { startBroker, temporaryDataDir, type BrokerProcess } from './tools/broker-process.ts'
import { openNear } from './tools/in-process.ts'

const addressOf = ({ port }: BrokerProcess) => ({ host: '127.0.0.1', port })

/** Publishes one record to `orders`, and resolves with its offset. */
async function publish(broker: BrokerProcess, key: string) {
  await createTopics(addressOf(broker), ['orders'])
  const bus = await connect(addressOf(broker))
  const { offset } = await bus.publish('orders', { key, value: Buffer.from(key) })
  await bus.close()
  return Number(offset)
}

/** The keys in `orders`, by a new group. */
async function keysIn(broker: BrokerProcess, count: number) {
  const bus = await connect(addressOf(broker))
  const keys: string[] = []
  const all = Promise.withResolvers<undefined>()
  const group = `reader-${Math.random().toString(36).slice(2)}`
  await bus.subscribe({ topic: 'orders', group }, async ({ key }) => {
    keys.push(key)
    if (keys.length === count) all.resolve(undefined)
  })
  await all.promise
  await bus.close()
  return keys
}

describe('the data folder', () => {
  test('a second broker is refused with the way out, and the first is unharmed', async () => {
    const first = await startBroker()
    const { dataDir: DATA_DIR } = first
    const refusal = `ended with 1: Another broker has the data folder ${DATA_DIR}. Stop it, or give another DATA_DIR.\n`
    for (let i = 0; i < 3; i++) await expect(startBroker({ DATA_DIR })).rejects.toThrow(refusal)
    expect(await publish(first, 'a')).toBe(0)
    first.signal('SIGTERM')
    expect(await first.exited).toBe(0)
    expect(await publish(await startBroker({ DATA_DIR }), 'b')).toBe(1)
  })

  test('of two that start at once, one at most serves', async () => {
    for (let i = 0; i < 5; i++) {
      const DATA_DIR = temporaryDataDir()
      const started = await Promise.allSettled([
        startBroker({ DATA_DIR }),
        startBroker({ DATA_DIR }),
      ])
      const refused = started.flatMap((one) =>
        one.status === 'rejected' ? [String(one.reason)] : [],
      )
      expect(refused.length).toBeGreaterThan(0)
      for (const reason of refused) expect(reason).toContain('Another broker has the data folder')
    }
  })

  test('after kill -9 a restart works at once, and what was acknowledged is there', async () => {
    const DATA_DIR = temporaryDataDir()
    for (let i = 0; i < 4; i++) {
      const broker = await startBroker({ DATA_DIR })
      expect(await publish(broker, `${i}`)).toBe(i)
      broker.signal('SIGKILL')
      expect(await broker.exited).toBe('SIGKILL')
    }
    expect(await keysIn(await startBroker({ DATA_DIR }), 4)).toEqual(['0', '1', '2', '3'])
  })

  test('fifty locks that dead brokers left are no hindrance, and are gone', async () => {
    const DATA_DIR = temporaryDataDir()
    mkdirSync(DATA_DIR)
    leaveLocks(DATA_DIR, 50)
    expect(locksIn(DATA_DIR)).toHaveLength(50)
    const broker = await startBroker({ DATA_DIR })
    expect(locksIn(DATA_DIR)).toHaveLength(1)
    expect(await publish(broker, 'a')).toBe(0)
  })

  test('with too long a path is refused with the way out', async () => {
    const DATA_DIR = join(temporaryDataDir(), 'x'.repeat(100))
    await expect(startBroker({ DATA_DIR })).rejects.toThrow(
      `The path of the data folder ${DATA_DIR} is too long. Give a shorter DATA_DIR`,
    )
  })
})

const locksIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('lock-'))

/** Listens on sockets like a broker, in a process that is killed. */
function leaveLocks(folder: string, count: number) {
  const program = `
    const servers = Array.from({ length: ${count} }, (_, i) =>
      require('node:net').createServer().listen('lock-' + String(i).padStart(8, '0')))
    Promise.all(servers.map((server) => require('node:events').once(server, 'listening')))
      .then(() => process.kill(process.pid, 'SIGKILL'))`
  expect(() => execFileSync(process.execPath, ['-e', program], { cwd: folder })).toThrow()
}

describe('the address', () => {
  const reach = async (host: string, port: number) => {
    const socket = createConnection({ host, port })
    await once(socket, 'connect').finally(() => socket.destroy())
  }

  test('is of this machine alone', async () => {
    const { port } = await startBroker()
    await reach('127.0.0.1', port)
    await expect(reach('127.0.0.2', port)).rejects.toThrow('ECONNREFUSED')
  })

  test('is another with --unsafe-bind, which says what that means', async () => {
    const broker = await startBroker({}, '--unsafe-bind', '0.0.0.0')
    await reach('127.0.0.2', broker.port)
    expect(broker.output()).toContain(
      `Warning: anyone who reaches 0.0.0.0:${broker.port} can read and write everything. There is no login and no TLS.`,
    )
  })

  test('that is taken is refused by name, and the data folder is free again', async () => {
    const { port } = await startBroker()
    const DATA_DIR = temporaryDataDir()
    const taken = startBroker({ DATA_DIR, BROKER_PORT: String(port) })
    await expect(taken).rejects.toThrow(`127.0.0.1:${port}`)
    await startBroker({ DATA_DIR })
  })
})

test.each([
  ['BROKER_PORT', 'x', '0 to 65535'],
  ['BROKER_PORT', '65536', '0 to 65535'],
  ['LEASE_MS', '499', '500 to 3600000'],
  ['LEASE_MS', '1e3', '500 to 3600000'],
  ['SEGMENT_BYTES', '0', '1 to 268435456'],
  ['RETAIN_BYTES', '-1', '1 to 9007199254740991'],
  ['RETAIN_HOURS', '0', '1 to 1000000'],
])('%s=%s is refused with what it may be', async (name, value, range) => {
  const started = startBroker({ [name]: value })
  await expect(started).rejects.toThrow(`ended with 1: ${name}=${value}: give ${range}\n`)
})

test('an option that does not exist is refused by its name', async () => {
  await expect(startBroker({}, '--bind', '0.0.0.0')).rejects.toThrow(/ended with 1: .*'--bind'/)
})

describe('the end', () => {
  const segmentOf = (dataDir: string) => join(dataDir, 'orders', `${'0'.repeat(20)}.log`)

  /** Flips one bit of the last batch on the disk. */
  function flipBit(dataDir: string) {
    const bytes = readFileSync(segmentOf(dataDir))
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    writeFileSync(segmentOf(dataDir), bytes)
    return bytes.length / 2
  }

  test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])(
    'by %s: 0, and from then on a changed bit is refused, not cut off',
    async (signal) => {
      const broker = await startBroker()
      await publish(broker, 'a')
      await publish(broker, 'b')
      broker.signal(signal)
      expect(await broker.exited).toBe(0)
      const { dataDir: DATA_DIR } = broker
      for (const log of ['orders', '__groups']) {
        expect(existsSync(join(DATA_DIR, log, 'clean'))).toBe(true)
      }
      const at = flipBit(DATA_DIR)
      const damage = `orders/${'0'.repeat(20)}.log is damaged at byte ${at}`
      await expect(startBroker({ DATA_DIR })).rejects.toThrow(damage)
      // Nor is it mended by trying again.
      await expect(startBroker({ DATA_DIR })).rejects.toThrow(damage)
    },
  )

  test('goes on though the signal comes again and again', async () => {
    const broker = await startBroker()
    // Each takes its time to be closed.
    const topics = Array.from({ length: 60 }, (_none, i) => `t${i}`)
    await createTopics(addressOf(broker), topics)
    const again = setInterval(() => broker.signal('SIGTERM'), 5)
    expect(await broker.exited).toBe(0)
    clearInterval(again)
    for (const topic of topics) expect(existsSync(join(broker.dataDir, topic, 'clean'))).toBe(true)
  })

  test('by kill -9: a changed bit in the last batch is a torn tail, which is said', async () => {
    const broker = await startBroker()
    await publish(broker, 'a')
    await publish(broker, 'b')
    broker.signal('SIGKILL')
    await broker.exited
    const { dataDir: DATA_DIR } = broker
    const at = flipBit(DATA_DIR)
    const again = await startBroker({ DATA_DIR })
    expect(again.output()).toContain(
      `orders/${'0'.repeat(20)}.log: a torn tail, ${at} bytes from ${at} cut off`,
    )
    expect(await keysIn(again, 1)).toEqual(['a'])
  })

  test('in the middle of everything, four times: each record is there once, in order', async () => {
    const DATA_DIR = temporaryDataDir()
    let broker = await startBroker({ DATA_DIR })
    const { port } = broker
    await createTopics(addressOf(broker), ['orders'])
    const bus = await connect({ host: '127.0.0.1', port })
    const handled: string[] = []
    await bus.subscribe({ topic: 'orders', group: 'g' }, async ({ key }, commit) => {
      handled.push(key)
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
      broker.signal(signal)
      expect(await broker.exited).toBe(signal === 'SIGTERM' ? 0 : signal)
      broker = await startBroker({ DATA_DIR, BROKER_PORT: String(port) })
    }
    await Promise.all(published)
    expect(await keysIn(broker, keys.length)).toEqual(keys)
    await expect.poll(() => new Set(handled).size, { timeout: 30_000 }).toBe(keys.length)
    expect(handled.filter((key, i) => handled.indexOf(key) === i)).toEqual(keys)
    await bus.close()
  })
})

test('a bus that was closed while its broker was away does not connect when it is back', async () => {
  const DATA_DIR = temporaryDataDir()
  const broker = await startBroker({ DATA_DIR })
  await createTopics(addressOf(broker), ['orders'])
  const bus = await connect(addressOf(broker))
  broker.signal('SIGKILL')
  await broker.exited
  const published = bus.publish('orders', { key: 'late', value: Buffer.alloc(0) })
  const refused = expect(published).rejects.toThrow('the bus is closed')
  await bus.close()
  const again = await startBroker({ DATA_DIR, BROKER_PORT: String(broker.port) })
  await refused
  expect(await publish(again, 'first')).toBe(0)
})

describe('names', () => {
  const bad = [
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

  test('that are no names are refused, and nothing is made of them', async () => {
    const broker = await startBroker()
    const session = await openSession(await broker.connect())
    await session.request(types.CREATE, text('orders'))
    for (const name of bad) {
      expect([name, await codeOf(session.request(types.CREATE, text(name)))]).toEqual([
        name,
        'BAD_NAME',
      ])
      const subscribing = subscribe(session, { group: name, id: session.nextId() })
      expect([name, await codeOf(subscribing)]).toEqual([name, 'BAD_NAME'])
      const asked = session.request(types.STAT, text(name), text(''))
      expect([name, await codeOf(asked)]).toEqual([name, 'UNKNOWN_TOPIC'])
    }
    for (const name of ['a', '0', 'a.b_c-d', 'a'.repeat(100)]) {
      expect(await codeOf(session.request(types.CREATE, text(name)))).toBe('OK')
    }
    const made = readdirSync(broker.dataDir).filter((name) => !name.startsWith('lock-'))
    expect(made.toSorted()).toEqual(['0', '__groups', 'a', 'a.b_c-d', 'a'.repeat(100), 'orders'])
    expect(readdirSync(dirname(broker.dataDir))).toEqual(['data'])
    session.close()
  })
})

describe('limits', () => {
  test('one topic more than there may be is OVERLOADED, those that are there stay', async () => {
    const { open } = await openNear()
    const session = await openSession(await open())
    const create = (name: string) => codeOf(session.request(types.CREATE, text(name)))
    // `orders` is there already.
    for (let i = 1; i < limits.topics; i++) expect(await create(`t${i}`)).toBe('OK')
    expect(await create('one-more')).toBe('OVERLOADED')
    expect(await create('t1')).toBe('OK')
    expect(await codeOf(session.request(types.STAT, text('one-more'), text('')))).toBe(
      'UNKNOWN_TOPIC',
    )
    session.close()
  })

  test('one subscription more than a connection may have is OVERLOADED, and one fewer makes room', async () => {
    const { open } = await openNear()
    const session = await openSession(await open())
    const ids = Array.from({ length: limits.subscriptions }, () => session.nextId())
    for (const id of ids)
      expect(await codeOf(subscribe(session, { group: `g${id}`, id }))).toBe('OK')
    const id = session.nextId()
    expect(await codeOf(subscribe(session, { group: 'one-more', id }))).toBe('OVERLOADED')
    await session.request(types.UNSUBSCRIBE, u32(ids[0] ?? 0))
    expect(await codeOf(subscribe(session, { group: 'one-more', id }))).toBe('OK')
    session.close()
  })
})

const subscribe = (session: Session, { group, id }: { group: string; id: number }) =>
  session.request(types.SUBSCRIBE, text('orders'), text(group), u32(id), u32(0))
