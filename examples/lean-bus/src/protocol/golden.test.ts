import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { duplexPair } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { openBroker, type Broker } from '../broker/broker.ts'
import { connect } from '../bus.ts'
import { openSession, type Session } from '../client/session.ts'
import { createTopics } from '../client/topics.ts'
import type { Folder } from '../log/files.ts'
import { openLog } from '../log/log.ts'
import { memoryFolder } from '../log/memory-files.ts'
import type { NewRecord } from '../port.ts'
import { checkBatch, encodeBatch } from './format.ts'
import { text, types, u32, u64 } from './frames.ts'
import { encodeRecord } from './records.ts'

interface Vector {
  /** The fields, described in words. */
  fields: string
  hex: string
}

const golden: {
  connections: {
    of: string
    client: (Vector & { frame: string })[]
    broker: (Vector & { frame: string })[]
  }[]
  files: (Vector & { path: string })[]
  segment: Vector
  refused: { of: string; code: string; hex: string }[]
  recoveries: {
    of: string
    /** The bytes of each file of a log, by name. */
    files: Record<string, string>
    /** Where the log ends. */
    end?: number
    /** Where the damage is. */
    refused?: { segment: string; byte: number }
  }[]
} = JSON.parse(
  readFileSync(new URL('../../golden.json', import.meta.url), 'utf8'),
)

const first = { key: 'o-1', value: Buffer.from('hello') }
const second: NewRecord = {
  key: 'é',
  value: '',
  headers: [
    ['version', '2'],
    ['empty', ''],
  ],
}
const third = { key: 'o-2', value: Buffer.of(0, 255) }

test(
  'client and broker write the golden frames and files',
  { timeout: 10_000 },
  async (t) => {
    fixTimeAndRandomness(t)
    const folder = memoryFolder()
    const broker = await openBroker(folder)
    let closing: Promise<void> | undefined
    const close = () => (closing ??= broker.close())
    t.after(close)
    const tapes: Tape[] = []
    const open = async () => {
      const { stream, tape } = recordConnection(broker)
      tapes.push(tape)
      return stream
    }

    await createTopics(open, ['orders'])
    await useBus(t, open)
    await useSession(await openSession(await open()))
    await turn()
    await close()

    assert.deepEqual(
      tapes.map((tape) => [splitFrames(tape.client), splitFrames(tape.broker)]),
      golden.connections.map((tape) => [
        hexOf(tape.client),
        hexOf(tape.broker),
      ]),
    )
    for (const { path, hex } of golden.files) {
      assert.equal(
        (await readTopicFile(folder, path)).toString('hex'),
        hex,
        path,
      )
    }
  },
)

test('a log writes the golden segment', async (t) => {
  fixTimeAndRandomness(t)
  const folder = memoryFolder()
  const log = await openLog(folder)
  const append = (key: string) =>
    log.append(encodeBatch([encodeRecord({ key, value: '' })]))
  await Promise.all([append('a'), append('b')])
  await append('c')
  await log.close()
  const segment = await readFile(folder, `${'0'.repeat(20)}.log`)
  assert.equal(segment.toString('hex'), golden.segment.hex)
})

test('the golden batches are refused with their codes', () => {
  for (const { of, code, hex } of golden.refused) {
    assert.throws(() => checkBatch(Buffer.from(hex, 'hex')), { code }, of)
  }
})

test('the golden logs end where golden.json says, or are refused there', async () => {
  for (const { of, files, end, refused } of golden.recoveries) {
    const folder = memoryFolder()
    for (const [name, hex] of Object.entries(files)) {
      await (await folder.create(name)).write(Buffer.from(hex, 'hex'), 0)
    }
    const opened = openLog(folder).then(
      (log) => Number(log.durableEnd()),
      ({ message }: Error) => message.replace(/:.*/, ''),
    )
    const damage = `${refused?.segment} is damaged at byte ${refused?.byte}`
    assert.equal(await opened, end ?? damage, of)
  }
})

/** Fixes the time at 1,700,000,000,000 ms and every producer ID at 7. */
function fixTimeAndRandomness(t: TestContext) {
  t.mock.timers.enable({
    apis: ['Date', 'setInterval'],
    now: 1_700_000_000_000,
  })
  t.mock.method(crypto, 'randomBytes', () => u64(7n))
  syncBuiltinESMExports()
  t.after(() => {
    t.mock.reset()
    syncBuiltinESMExports()
  })
}

/** Publishes two batches, each its own group commit; handles them; pings. */
async function useBus(t: TestContext, open: Parameters<typeof connect>[0]) {
  const bus = await connect(open)
  await Promise.all([first, second].map((one) => bus.publish('orders', one)))
  await bus.publish('orders', third)
  const done = Promise.withResolvers<void>()
  const { stop } = await bus.subscribe(
    { topic: 'orders', group: 'shipping' },
    async ({ key }, commit) => {
      await commit()
      if (String(key) === third.key) done.resolve()
    },
  )
  await done.promise
  await turn()
  await stop()
  t.mock.timers.tick(1500)
  await turn()
  await bus.close()
}

/** Sends the requests that the bus doesn't need, and a fenced commit. */
async function useSession({ request, nextId, close }: Session) {
  const names = [text('orders'), text('shipping')]
  await request(types.STAT, ...names)
  await request(types.READ, text('orders'), u64(2n), u32(1000))
  await request(types.READ, text('orders'), u64(3n), u32(1000))
  const id = nextId()
  await request(types.SUBSCRIBE, ...names, u32(id), u32(0))
  await turn()
  const stale = request(types.COMMIT, u32(id), u32(1), u64(3n))
  await assert.rejects(stale, { code: 'FENCED' })
  close()
}

/** The bytes of a connection in each direction, by their sender. */
interface Tape {
  client: Buffer[]
  broker: Buffer[]
}

function recordConnection(broker: Broker) {
  const tape: Tape = { client: [], broker: [] }
  const [stream, theirs] = duplexPair()
  broker.accept(theirs)
  stream.on('data', (chunk: Buffer) => tape.broker.push(chunk))
  theirs.on('data', (chunk: Buffer) => tape.client.push(chunk))
  return { stream, tape }
}

function splitFrames(chunks: Buffer[]) {
  const bytes = Buffer.concat(chunks)
  const frames: string[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at)
    frames.push(bytes.toString('hex', at, end))
    at = end
  }
  return frames
}

const hexOf = (vectors: Vector[]) => vectors.map(({ hex }) => hex)

async function readTopicFile(folder: Folder, path: string) {
  const [topic, name] = path.split('/') as [string, string]
  return readFile(await folder.folder(topic), name)
}

async function readFile(folder: Folder, name: string) {
  const file = await folder.open(name)
  return file.read(0, await file.size())
}
