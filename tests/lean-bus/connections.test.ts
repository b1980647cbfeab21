import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { connect, type Bus } from '../../examples/lean-bus/src/bus.ts'
import { magic, text, types, u16, u32 } from '../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../examples/lean-bus/src/protocol/limits.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { handleUntil } from '../tools/handle-until.ts'
import { createPeer, frame, hello, readCode } from './tools/peer.ts'
import { startTestBroker, type TestBroker } from './tools/test-broker.ts'

const mib = 1024 * 1024

/** Starts a broker in its own process, and connects a bus. */
async function startWithBus(env: Readonly<Record<string, string>>) {
  const broker = await startTestBroker(env)
  await createTopics(broker.address, ['orders'])
  const bus = await connect(broker.address)
  onTestFinished(() => bus.close())
  return { broker, bus }
}

/** Publishes a record, and resolves when a consumer has handled it. */
async function expectWorking(bus: Bus, group: string) {
  const value = `for ${group}`
  const { offset } = await bus.publish('orders', { key: group, value })
  const handled: string[] = []
  await handleUntil(bus, { topic: 'orders', group }, async (record, commit) => {
    await commit()
    handled.push(String(record.value))
    return record.offset === offset
  })
  expect(handled.at(-1)).toBe(value)
}

async function openPeer(broker: TestBroker, first: Uint8Array) {
  const peer = createPeer(await broker.connect())
  peer.write(first)
  return peer
}

const openPeers = (broker: TestBroker, count: number, first: Uint8Array) =>
  Array.fromAsync({ length: count }, () => openPeer(broker, first))

/** Creates the start of a frame: its size, and some of its bytes. */
function startFrame(size: number, bytes: number) {
  const part = Buffer.alloc(4 + bytes)
  part.writeUInt32BE(size)
  return part
}

const badPeers: [behavior: string, first: Buffer, code: string | undefined][] = [
  ['send nothing', Buffer.alloc(0), undefined],
  ['send half of HELLO', hello.subarray(0, 7), undefined],
  ['send HELLO and half of a frame', Buffer.concat([hello, startFrame(4 * mib, 2 * mib)]), 'OK'],
  [
    'send HELLO and announce 4 GiB',
    Buffer.concat([hello, startFrame(2 ** 32 - 1, 3)]),
    'FRAME_TOO_LARGE',
  ],
  ['announce 1 MiB before HELLO', startFrame(mib, 100), 'FRAME_TOO_LARGE'],
]

test.each(badPeers)(
  'the broker disconnects 200 peers that %s, and serves others meanwhile',
  async (_behavior, first, code) => {
    const { broker, bus } = await startWithBus({ LEASE_MS: '500' })
    const opened = openPeers(broker, 200, first)
    await expectWorking(bus, 'meanwhile')
    const peers = await opened
    for (const peer of peers) await peer.ended()
    const codes = new Set(peers.flatMap(({ frames }) => frames.slice(-1).map(readCode)))
    // The broker holds 64 MiB of incomplete frames and rejects the rest.
    const refused = first.length > mib ? ['OVERLOADED'] : []
    expect([...codes].filter((found) => !refused.includes(found ?? ''))).toEqual(code ? [code] : [])
    expect(broker.residentBytes()).toBeLessThan(256 * mib)
    await expectWorking(bus, 'afterwards')
  },
)

test('a connection above the limit of 1000 is OVERLOADED until another one closes', async () => {
  const { broker, bus } = await startWithBus({ LEASE_MS: '60000' })
  const peers = await openPeers(broker, limits.connections - 1, hello)
  await Promise.all(peers.map((peer) => peer.answered(1)))
  const oneMore = await openPeer(broker, hello)
  await oneMore.ended()
  expect(oneMore.frames.map(readCode)).toEqual(['OVERLOADED'])
  await expectWorking(bus, 'full')
  expect(broker.residentBytes()).toBeLessThan(256 * mib)

  peers[0]?.stream.end()
  await peers[0]?.ended()
  const another = await openPeer(broker, hello)
  expect(readCode(await another.answered(1))).toBe('OK')
})

test('a frozen member loses its lease to the next one, and its late commit is fenced', async () => {
  const { broker, bus } = await startWithBus({ LEASE_MS: '2000' })
  for (const key of ['a', 'b', 'c']) await bus.publish('orders', { key, value: Buffer.alloc(0) })

  const program = fileURLToPath(new URL('./tools/member.ts', import.meta.url))
  const frozen = execa(process.execPath, [program, `${broker.port}`], {
    stdin: 'pipe',
    stderr: 'inherit',
    buffer: false,
    reject: false,
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
    taken.push(String(key))
    await commit()
    if (taken.at(-1) === 'c') done.resolve(undefined)
  })
  await done.promise
  expect(taken).toEqual(['b', 'c'])

  frozen.kill('SIGCONT')
  commit()
  expect(await nextLine()).toBe('ERR_BUS_FENCED')
  await bus.publish('orders', { key: 'd', value: Buffer.alloc(0) })
  await expect.poll(() => taken).toEqual(['b', 'c', 'd'])
})

test('the broker closes an HTTP connection with FRAME_TOO_LARGE', async () => {
  const broker = await startTestBroker()
  const response = fetch(`http://127.0.0.1:${broker.port}/`)
  await expect(response).rejects.toThrow('fetch failed')
  const peer = await openPeer(broker, Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
  await peer.ended()
  expect(peer.frames.map(readCode)).toEqual(['FRAME_TOO_LARGE'])
})

test('a request that follows HELLO of another version in one chunk is not executed', async () => {
  const { broker, bus } = await startWithBus({})
  const other = frame(types.HELLO, 1, u32(magic), u16(2))
  const peer = await openPeer(broker, Buffer.concat([other, frame(types.CREATE, 2, text('no'))]))
  await peer.ended()
  expect(peer.frames.map(readCode)).toEqual(['BAD_VERSION'])
  await createTopics(broker.address, ['yes'])
  await expect(bus.publish('no', { key: '', value: Buffer.alloc(0) })).rejects.toThrow(
    'no topic "no"',
  )
})

test('the broker reads a frame that arrives in chunks of one byte', async () => {
  const broker = await startTestBroker()
  const peer = await openPeer(broker, hello)
  for (const byte of frame(types.PING, 2)) {
    peer.write(Buffer.of(byte))
    await new Promise(setImmediate)
  }
  expect(readCode(await peer.answered(2))).toBe('OK')
  peer.stream.end()
  if (!peer.stream.closed) await once(peer.stream, 'close')
})
