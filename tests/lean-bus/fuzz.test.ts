import { once } from 'node:events'
import { createConnection } from 'node:net'
import type { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { listen } from '../../examples/lean-bus/src/broker/start.ts'
import { connect } from '../../examples/lean-bus/src/bus.ts'
import { types } from '../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../examples/lean-bus/src/protocol/limits.ts'
import { memoryFolder } from '../../examples/lean-bus/src/log/memory-files.ts'
import { openBroker, type Broker } from '../../examples/lean-bus/src/broker/broker.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { createRandom, type Random } from '../../lab/random.ts'
import { handleUntil } from '../tools/handle-until.ts'
import { expectAnswers, parseStream } from './fuzz/expect.ts'
import { generateBytes, generateGreeting } from './fuzz/generate.ts'
import { connectPeer, openPair } from './tools/in-process.ts'
import { measureMemory } from './tools/memory.ts'
import { createPeer, frame, hello, produce, readCode } from './tools/peer.ts'

/** `SEED=… npx vitest run --project lean-bus fuzz` repeats a run. */
const seed = Number(process.env['SEED'] || Math.trunc(Math.random() * 2 ** 31))
const mib = 1024 * 1024

const folder = memoryFolder()
/** Small, so that READ doesn't take most of the time. */
const settings = { segmentBytes: 8 * 1024, retainBytes: 16 * 1024 }
let broker: Broker
let warnings: string[]

/** Counts the timers and sockets that keep this process alive. */
const countResources = () =>
  process.getActiveResourcesInfo().filter((name) => /^(Timeout|TCP)/.test(name)).length
let resourcesBefore: number
beforeAll(() => void (resourcesBefore = countResources()))

beforeEach(async () => {
  warnings = []
  broker = await openBroker(folder, { ...settings, warn: (text) => warnings.push(text) })
  await createTopics(openStream, ['orders'])
})
afterEach(async () => {
  await broker.close()
})

const openStream = async () => openPair(broker).clientEnd

test(`the broker answers each of 100,000 random frames, or closes the connection (seed ${seed})`, async () => {
  const random = createRandom(seed)
  let frames = 0
  const attackUntil = async (total: number) => {
    while (frames < total) {
      const { clientEnd, brokerEnd } = openPair(broker)
      frames += await attack(random, clientEnd, brokerEnd)
    }
  }
  await attackUntil(5_000)
  const before = measureMemory()
  const { stackTraceLimit } = Error
  // The broker sends errors as codes. Their stacks would take half of the time.
  Error.stackTraceLimit = 0
  await Promise.all([1, 2, 3, 4].map(() => attackUntil(100_000)))
  Error.stackTraceLimit = stackTraceLimit
  await expectHealthy()
  expect(measureMemory() - before, 'memory in use afterwards').toBeLessThan(32 * mib)
})

test(`the broker answers each of 5,000 random frames over TCP, or closes the connection (seed ${seed})`, async () => {
  const random = createRandom(seed + 1)
  const server = await listen(broker, '127.0.0.1', 0)
  for (let frames = 0; frames < 5_000;) {
    const socket = createConnection({ host: '127.0.0.1', port: server.port, noDelay: true })
    await once(socket, 'connect')
    frames += await attack(random, socket, socket)
  }
  await server.close()
  await reopen()
  await expectHealthy()
})

/**
 * Sends up to 40 frames on one connection, in pieces of any size. Resolves with the number of frames that the broker found.
 *
 * @param cut the end of the connection that ends it as a reset does
 */
async function attack(random: Random, stream: Duplex, cut: Duplex): Promise<number> {
  const peer = createPeer(stream)
  const parts = [random.chance(0.95) ? hello : generateGreeting(random)]
  for (let i = random.between(1, 40); i > 0; i--) parts.push(generateBytes(random, i + 1))
  const whole = Buffer.concat(parts)
  const sent = random.chance(0.9) ? whole : whole.subarray(0, random.between(0, whole.length))
  const pieces = random.pick([1, 1, 2, 5])
  for (let piece = 0; piece < pieces; piece++) {
    const place = (part: number) => Math.floor((sent.length * part) / pieces)
    peer.write(sent.subarray(place(piece), place(piece + 1)))
    if (random.chance(0.3)) await turn()
  }
  const parsed = parseStream(sent)
  await expectAnswers(peer, parsed)
  // Some peers close the connection, others reset it.
  if (random.chance(0.5)) stream.end()
  else cut.destroy()
  return parsed.frames
}

/** Expects that the broker serves other clients, printed no warnings, and left valid logs. */
async function expectHealthy() {
  expect(warnings.filter((text) => !text.includes('were deleted before'))).toEqual([])
  const bus = await connect(openStream)
  const keys = Array.from({ length: 20 }, (_none, i) => `healthy ${i}`)
  const published = keys.map((key) => bus.publish('orders', { key, value: Buffer.from(key) }))
  const [first] = await Promise.all(published)
  const handled: string[] = []
  await handleUntil(bus, { topic: 'orders', group: 'healthy' }, async ({ key, offset }, commit) => {
    if (offset >= (first?.offset ?? 0n)) handled.push(String(key))
    await commit()
    return handled.length === keys.length
  })
  await bus.close()
  expect(handled).toEqual(keys)

  await broker.close()
  await reopen()
}

/** Opens the broker again. Expects valid logs, and that the closed broker left no timer or socket. */
async function reopen() {
  await expect.poll(countResources, { timeout: 10_000 }).toBeLessThanOrEqual(resourcesBefore)
  broker = await openBroker(folder, { ...settings, warn: (text) => warnings.push(text) })
  expect(warnings.filter((text) => !text.includes('were deleted before'))).toEqual([])
}

test('the broker frees the memory of incomplete frames when their connections close', async () => {
  // Together, the two rounds send twice as much as the broker may hold.
  for (let round = 0; round < 2; round++) {
    const attackers = await Promise.all(Array.from({ length: 16 }, sendPartOfLargeFrame))
    expect(attackers.filter((peer) => peer.hasEnded())).toHaveLength(0)
    for (const { brokerEnd } of attackers) brokerEnd.destroy()
    await turn()
  }
  const peer = connectPeer(broker)
  peer.write(produce(2, '', limits.batch - 100))
  expect(readCode(await peer.answered(2))).toBe('OK')
})

test('the broker disconnects a peer whose incomplete frame would exceed 64 MiB of them', async () => {
  const attackers = await Promise.all(Array.from({ length: 16 }, sendPartOfLargeFrame))
  expect(attackers.filter((peer) => peer.hasEnded())).toHaveLength(0)
  const oneMore = await sendPartOfLargeFrame()
  await oneMore.ended()
  expect(oneMore.frames.map(readCode)).toContain('OVERLOADED')
})

test('a frame of 1 MiB that arrives byte by byte takes less than 16 MiB of memory', async () => {
  const peer = connectPeer(broker)
  const bytes = frame(types.PRODUCE, 2, Buffer.alloc(mib))
  const before = measureMemory()
  for (const [i, byte] of bytes.subarray(0, -1).entries()) {
    peer.write(Buffer.of(byte))
    if (i % 1000 === 0) await turn()
  }
  await expect.poll(() => peer.stream.writableLength, { timeout: 10_000 }).toBe(0)
  expect(measureMemory() - before).toBeLessThan(16 * mib)
  peer.write(bytes.subarray(-1))
  expect(readCode(await peer.answered(2))).toBe('UNKNOWN_TOPIC')
})

/** Sends a frame of almost 4 MiB without its last byte. Resolves when the broker has taken it, or closed the connection. */
async function sendPartOfLargeFrame() {
  const peer = connectPeer(broker)
  const bytes = frame(types.PRODUCE, 2, Buffer.alloc(4 * mib - 64))
  peer.write(bytes.subarray(0, -1))
  // The broker may reject the connection before it answers HELLO.
  await peer.waitFor(() => peer.frames.length > 0, 'a first frame')
  for (let i = 0; i < 4; i++) await turn()
  return peer
}
