import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { connect, type Bus } from '../../examples/lean-bus/src/bus.ts'
import { magic, text, types, u16, u32 } from '../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../examples/lean-bus/src/protocol/limits.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { startBroker, type BrokerProcess } from './tools/broker-process.ts'
import { codeIn, createPeer, frame, hello, type Peer } from './tools/peer.ts'

const mib = 1024 * 1024

/** A broker in a process of its own, and a bus that is used all the while. */
async function startWithBus(env: Readonly<Record<string, string>>) {
  const broker = await startBroker(env)
  const address = { host: '127.0.0.1', port: broker.port }
  await createTopics(address, ['orders'])
  const bus = await connect(address)
  onTestFinished(() => bus.close())
  return { broker, bus, address }
}

/** Resolves when what was published now has been handled too. */
async function expectWorking(bus: Bus, group: string) {
  const value = Buffer.from(`for ${group}`)
  const { offset } = await bus.publish('orders', { key: group, value })
  const handled = Promise.withResolvers<Uint8Array>()
  const { stop } = await bus.subscribe({ topic: 'orders', group }, async (record, commit) => {
    await commit()
    if (record.offset === offset) handled.resolve(record.value)
  })
  expect(Buffer.from(await handled.promise)).toEqual(value)
  await stop()
}

async function openPeers(broker: BrokerProcess, count: number, first: Uint8Array) {
  const peers: (Peer & { stream: Socket })[] = []
  while (peers.length < count) {
    const socket = await broker.connect()
    const peer = createPeer(socket)
    peer.write(first)
    peers.push({ ...peer, stream: socket })
  }
  return peers
}

/** A size, and so many of the bytes that it promises. */
function sized(size: number, bytes: number) {
  const part = Buffer.alloc(4 + bytes)
  part.writeUInt32BE(size)
  return part
}

const silent: [what: string, first: Buffer, code: string | undefined][] = [
  ['say nothing', Buffer.alloc(0), undefined],
  ['send half a greeting', hello.subarray(0, 7), undefined],
  ['greet, and send half a frame', Buffer.concat([hello, sized(4 * mib, 2 * mib)]), 'OK'],
  ['greet, and claim 4 GiB', Buffer.concat([hello, sized(2 ** 32 - 1, 3)]), 'FRAME_TOO_LARGE'],
  ['claim 1 MiB before they greet', sized(mib, 100), 'FRAME_TOO_LARGE'],
]

test.each(silent)(
  '200 peers that %s are let go, and the broker serves',
  async (_what, first, code) => {
    const { broker, bus } = await startWithBus({ LEASE_MS: '500' })
    const opened = openPeers(broker, 200, first)
    await expectWorking(bus, 'meanwhile')
    const peers = await opened
    for (const peer of peers) await peer.ended()
    const codes = new Set(peers.flatMap(({ frames }) => frames.slice(-1).map(codeIn)))
    // Of what 200 would hold, 64 MiB are taken.
    const refused = first.length > mib ? ['OVERLOADED'] : []
    expect([...codes].filter((found) => !refused.includes(found ?? ''))).toEqual(code ? [code] : [])
    expect(broker.residentBytes()).toBeLessThan(256 * mib)
    await expectWorking(bus, 'afterwards')
  },
)

test('a broker has 1000 connections; one more is OVERLOADED, and one fewer makes room', async () => {
  const { broker, bus } = await startWithBus({ LEASE_MS: '60000' })
  const peers = await openPeers(broker, limits.connections - 1, hello)
  await Promise.all(peers.map(({ until, frames }) => until(() => frames.length > 0, 'a greeting')))
  const [oneMore] = await openPeers(broker, 1, hello)
  await oneMore?.ended()
  expect(oneMore?.frames.map(codeIn)).toEqual(['OVERLOADED'])
  await expectWorking(bus, 'full')
  expect(broker.residentBytes()).toBeLessThan(256 * mib)

  peers[0]?.stream.end()
  await peers[0]?.ended()
  const [another] = await openPeers(broker, 1, hello)
  await another?.until(() => another.frames.length > 0, 'an answer')
  expect(another?.frames.map(codeIn)).toEqual(['OK'])
})

test('a member that is frozen loses its lease to the next, and its commit changes nothing', async () => {
  const { broker, bus } = await startWithBus({ LEASE_MS: '2000' })
  for (const key of ['a', 'b', 'c']) await bus.publish('orders', { key, value: Buffer.alloc(0) })

  const program = fileURLToPath(new URL('./tools/member.ts', import.meta.url))
  const frozen = spawn(process.execPath, [program, `${broker.port}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void frozen.kill('SIGKILL'))
  const lines = createInterface(frozen.stdout)[Symbol.asyncIterator]()
  const nextLine = async () => (await lines.next()).value as string | undefined
  const commit = () => frozen.stdin.write('commit\n')
  expect(await nextLine()).toBe('a')
  commit()
  expect(await nextLine()).toBe('committed')
  expect(await nextLine()).toBe('b')
  frozen.kill('SIGSTOP')

  const taken: string[] = []
  const done = Promise.withResolvers<undefined>()
  await bus.subscribe({ topic: 'orders', group: 'g' }, async ({ key }, commit) => {
    taken.push(key)
    await commit()
    if (key === 'c') done.resolve(undefined)
  })
  await done.promise
  expect(taken).toEqual(['b', 'c'])

  frozen.kill('SIGCONT')
  commit()
  expect(await nextLine()).toBe('ERR_BUS_FENCED')
  await bus.publish('orders', { key: 'd', value: Buffer.alloc(0) })
  await expect.poll(() => taken).toEqual(['b', 'c', 'd'])
})

test('HTTP is refused', async () => {
  const broker = await startBroker()
  const response = fetch(`http://127.0.0.1:${broker.port}/`)
  await expect(response).rejects.toThrow('fetch failed')
  const [peer] = await openPeers(broker, 1, Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
  await peer?.ended()
  expect(peer?.frames.map(codeIn)).toEqual(['FRAME_TOO_LARGE'])
})

test('what follows a greeting of another version in the same piece is not done', async () => {
  const { broker, bus, address } = await startWithBus({})
  const other = frame(types.HELLO, 1, u32(magic), u16(2))
  const [peer] = await openPeers(
    broker,
    1,
    Buffer.concat([other, frame(types.CREATE, 2, text('no'))]),
  )
  await peer?.ended()
  expect(peer?.frames.map(codeIn)).toEqual(['BAD_VERSION'])
  await createTopics(address, ['yes'])
  await expect(bus.publish('no', { key: '', value: Buffer.alloc(0) })).rejects.toThrow(
    'no topic "no"',
  )
})

test('a frame in pieces of one byte is a frame', async () => {
  const broker = await startBroker()
  const [peer] = await openPeers(broker, 1, hello)
  for (const byte of frame(types.PING, 2)) {
    peer?.write(Buffer.of(byte))
    await new Promise(setImmediate)
  }
  await peer?.until(() => peer.answer(2) !== undefined, 'an answer')
  expect(codeIn(peer?.answer(2))).toBe('OK')
  peer?.stream.end()
  if (peer && !peer.stream.closed) await once(peer.stream, 'close')
})
