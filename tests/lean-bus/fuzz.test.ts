import { once } from 'node:events'
import { createConnection } from 'node:net'
import { duplexPair, type Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { listen } from '../../examples/lean-bus/src/broker/start.ts'
import { connect } from '../../examples/lean-bus/src/bus.ts'
import { encodeBatch } from '../../examples/lean-bus/src/protocol/format.ts'
import { text, types } from '../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../examples/lean-bus/src/protocol/limits.ts'
import { memoryFolder } from '../../examples/lean-bus/src/log/memory-files.ts'
import { encodeRecord } from '../../examples/lean-bus/src/protocol/records.ts'
import { openBroker, type Broker } from '../../examples/lean-bus/src/broker/broker.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { expectAnswers, readAsBroker } from './fuzz/expect.ts'
import { anyGreeting, anything } from './fuzz/generate.ts'
import { heldBytes } from './tools/memory.ts'
import { codeIn, createPeer, frame, hello } from './tools/peer.ts'
import { createRandom, type Random } from '../../lab/random.ts'

/** `SEED=… npx vitest run --project lean-bus fuzz` repeats a run. */
const seed = Number(process.env['SEED'] ?? Math.trunc(Math.random() * 2 ** 31))
const mib = 1024 * 1024

const folder = memoryFolder()
/** Kept short, so that a READ does not take most of the time. */
const settings = { segmentBytes: 8 * 1024, retainBytes: 16 * 1024 }
let broker: Broker
let warnings: string[]

/** Timers and sockets that keep this process alive. */
const resources = () =>
  process.getActiveResourcesInfo().filter((name) => /^(Timeout|TCP)/.test(name)).length
let resourcesBefore: number
beforeAll(() => void (resourcesBefore = resources()))

beforeEach(async () => {
  warnings = []
  broker = await openBroker(folder, { ...settings, warn: (text) => warnings.push(text) })
  await createTopics(inProcess, ['orders'])
})
afterEach(async () => {
  await broker.close()
})

const inProcess = async () => pair().stream

interface Connection {
  readonly stream: Duplex
  readonly cut: () => void
}

/** A stream to the broker within this process, and how to cut it as a reset does. */
function pair(): Connection {
  const [stream, theirs] = duplexPair()
  broker.accept(theirs)
  return { stream, cut: () => void theirs.destroy() }
}

test(`100,000 random and mutated frames: each is answered, or the connection ends (seed ${seed})`, async () => {
  const random = createRandom(seed)
  let frames = 0
  const attack = async () => {
    while (frames < 100_000) frames += await attackOnce(random, pair())
  }
  while (frames < 5_000) frames += await attackOnce(random, pair())
  const before = heldBytes()
  const { stackTraceLimit } = Error
  // Half of the time would go into the stacks of errors that are sent as a code.
  Error.stackTraceLimit = 0
  await Promise.all([attack(), attack(), attack(), attack()])
  Error.stackTraceLimit = stackTraceLimit
  await expectUnharmed()
  expect(heldBytes() - before, 'bytes that are held after it').toBeLessThan(32 * mib)
})

test(`the same over TCP, 5,000 frames (seed ${seed})`, async () => {
  const random = createRandom(seed + 1)
  const server = await listen(broker, '127.0.0.1', 0)
  for (let frames = 0; frames < 5_000;) {
    const socket = createConnection({ host: '127.0.0.1', port: server.port, noDelay: true })
    await once(socket, 'connect')
    frames += await attackOnce(random, { stream: socket, cut: () => void socket.destroy() })
  }
  await server.close()
  await openAgain()
  await expectUnharmed()
})

/** One connection, with up to 40 frames in pieces of any size. Resolves with the number of frames that the broker found. */
async function attackOnce(random: Random, { stream, cut }: Connection): Promise<number> {
  const peer = createPeer(stream)
  const parts = [random.chance(0.95) ? hello : anyGreeting(random)]
  for (let i = random.between(1, 40); i > 0; i--) parts.push(anything(random, i + 1))
  const whole = Buffer.concat(parts)
  const sent = random.chance(0.9) ? whole : whole.subarray(0, random.between(0, whole.length))
  const pieces = random.pick([1, 1, 2, 5])
  for (let piece = 0; piece < pieces; piece++) {
    const place = (part: number) => Math.floor((sent.length * part) / pieces)
    peer.write(sent.subarray(place(piece), place(piece + 1)))
    if (random.chance(0.3)) await turn()
  }
  const reading = readAsBroker(sent)
  await expectAnswers(peer, reading)
  // Some say goodbye, some are gone.
  if (random.chance(0.5)) stream.end()
  else cut()
  return reading.frames
}

/** The broker serves others, has nothing to complain of, and its logs are sound. */
async function expectUnharmed() {
  expect(warnings.filter((text) => !text.includes('were deleted before'))).toEqual([])
  const bus = await connect(inProcess)
  const keys = Array.from({ length: 20 }, (_none, i) => `healthy ${i}`)
  const published = keys.map((key) => bus.publish('orders', { key, value: Buffer.from(key) }))
  const [first] = await Promise.all(published)
  const handled: string[] = []
  const all = Promise.withResolvers<undefined>()
  await bus.subscribe({ topic: 'orders', group: 'healthy' }, async ({ key, offset }, commit) => {
    if (offset >= (first?.offset ?? 0n)) handled.push(key)
    await commit()
    if (handled.length === keys.length) all.resolve(undefined)
  })
  await all.promise
  await bus.close()
  expect(handled).toEqual(keys)

  await broker.close()
  await openAgain()
}

/** What the broker left is sound, and no timer or socket is left of it. */
async function openAgain() {
  await expect.poll(resources, { timeout: 10_000 }).toBeLessThanOrEqual(resourcesBefore)
  broker = await openBroker(folder, { ...settings, warn: (text) => warnings.push(text) })
  expect(warnings.filter((text) => !text.includes('were deleted before'))).toEqual([])
}

test('what incomplete frames held is free again when their connections are over', async () => {
  // Twice what the broker may hold, though never at once.
  for (let round = 0; round < 2; round++) {
    const attackers = await Promise.all(Array.from({ length: 16 }, halfALargeFrame))
    expect(attackers.filter(({ peer }) => peer.hasEnded()).length).toBe(0)
    for (const { cut } of attackers) cut()
    await turn()
  }
  const { stream } = pair()
  const peer = createPeer(stream)
  peer.write(hello)
  const value = Buffer.alloc(limits.batch - 100)
  const batch = encodeBatch([encodeRecord({ key: '', value, headers: {} })])
  peer.write(frame(types.PRODUCE, 2, text('orders'), batch))
  await peer.until(() => peer.answer(2) !== undefined, 'an answer')
  expect(codeIn(peer.answer(2))).toBe('OK')
})

test('over 64 MiB of incomplete frames, who adds to them is refused', async () => {
  const attackers = await Promise.all(Array.from({ length: 16 }, halfALargeFrame))
  expect(attackers.filter(({ peer }) => peer.hasEnded()).length).toBe(0)
  const oneMore = await halfALargeFrame()
  await oneMore.peer.ended()
  expect(oneMore.peer.frames.map(codeIn)).toContain('OVERLOADED')
})

test('a frame that comes byte by byte takes little more than its bytes', async () => {
  const { stream } = pair()
  const peer = createPeer(stream)
  peer.write(hello)
  const bytes = frame(types.PRODUCE, 2, Buffer.alloc(mib))
  const before = heldBytes()
  for (const [i, byte] of bytes.subarray(0, -1).entries()) {
    peer.write(Buffer.of(byte))
    if (i % 1000 === 0) await turn()
  }
  await expect.poll(() => stream.writableLength).toBe(0)
  expect(heldBytes() - before).toBeLessThan(16 * mib)
  peer.write(bytes.subarray(-1))
  await peer.until(() => peer.answer(2) !== undefined, 'an answer')
  expect(codeIn(peer.answer(2))).toBe('UNKNOWN_TOPIC')
})

/** All but the last byte of a frame of almost 4 MiB. Resolves when the broker has taken it, or ended the connection. */
async function halfALargeFrame() {
  const { stream, cut } = pair()
  const peer = createPeer(stream)
  peer.write(hello)
  const bytes = frame(types.PRODUCE, 2, Buffer.alloc(4 * mib - 64))
  peer.write(bytes.subarray(0, -1))
  await peer.until(() => peer.frames.length > 0, 'a greeting')
  for (let i = 0; i < 4; i++) await turn()
  return { peer, cut }
}
