import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { batchesIn, encodeBatch, recordsIn } from '../protocol/format.ts'
import { encodeRecord } from '../protocol/records.ts'
import { diskFolder, type Folder, type LogFile } from './files.ts'
import { openLog, type Log } from './log.ts'

async function createFolder(t: TestContext) {
  const path = await mkdtemp(join(tmpdir(), 'log-'))
  t.after(() => rm(path, { recursive: true }))
  const file = join(path, `${'0'.repeat(20)}.log`)
  return { path, file, folder: await diskFolder(path) }
}
const batchOf = (key: string) =>
  encodeBatch([encodeRecord({ key, value: Buffer.alloc(20, key) })])

async function readKeys(log: Log, from = 0n) {
  const found: string[] = []
  const reader = log.reader(from)
  for (;;) {
    // Reads one batch at a time.
    const bytes = await reader.read(1)
    if (bytes.length === 0) return found
    for (const { batch } of batchesIn(bytes)) {
      found.push(...Array.from(recordsIn(batch), ({ key }) => String(key)))
    }
  }
}

/** Leaves a log as SIGKILL does: without the marker of a clean end. */
async function closeUncleanly(log: Log, path: string) {
  await log.close()
  await rm(join(path, 'clean'))
}

/** Wraps a folder so that its files call `beforeSync`. */
function interceptSync(
  folder: Folder,
  beforeSync: (file: LogFile) => Promise<void>,
) {
  const wrap = (file: LogFile): LogFile => ({
    ...file,
    sync: async () => (await beforeSync(file), file.sync()),
  })
  return {
    ...folder,
    open: async (name: string) => wrap(await folder.open(name)),
    create: async (name: string) => wrap(await folder.create(name)),
  }
}

test('a restarted log returns all records across its segments', async (t) => {
  const { path, folder } = await createFolder(t)
  const expected = Array.from({ length: 10 }, (_, i) => `k${i}`)
  const log = await openLog(folder, { segmentBytes: 250 })
  for (const [i, key] of expected.entries()) {
    assert.equal(await log.append(batchOf(key)), BigInt(i))
  }
  await log.close()
  assert.ok((await readdir(path)).length > 2)
  const again = await openLog(folder)
  assert.deepEqual(await readKeys(again), expected)
  assert.deepEqual(await readKeys(again, 7n), expected.slice(7))
  assert.equal(await again.append(batchOf('next')), 10n)
  await assert.rejects(readKeys(again, 12n), { code: 'OFFSET_RANGE' })
  await again.close()
})

test('no batch is acknowledged or read before its sync, and one sync covers many', async (t) => {
  const { folder } = await createFolder(t)
  let gate: Promise<void> | undefined
  let syncs = 0
  const reached = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const slow = interceptSync(folder, async () => {
    syncs++
    if (gate) reached.resolve()
    await gate
  })
  const log = await openLog(slow)
  gate = held.promise
  syncs = 0
  let acknowledged = 0
  const appends = Array.from({ length: 50 }, (_, i) =>
    log.append(batchOf(`k${i}`)).then(() => acknowledged++),
  )
  await reached.promise
  assert.deepEqual([acknowledged, await readKeys(log)], [0, []])
  held.resolve()
  await Promise.all(appends)
  assert.ok(syncs <= 2, `${syncs} syncs`)
  assert.equal((await readKeys(log)).length, 50)
  await log.close()
})

test('after a failed sync the log acknowledges no more batches', async (t) => {
  const { folder } = await createFolder(t)
  let broken = false
  const log = await openLog(
    interceptSync(folder, async () => {
      if (broken) throw new Error('EIO')
    }),
  )
  await log.append(batchOf('a'))
  broken = true
  await assert.rejects(log.append(batchOf('b')), { code: 'STORAGE' })
  broken = false
  await assert.rejects(log.append(batchOf('c')), { code: 'STORAGE' })
  assert.deepEqual(await readKeys(log), ['a'])
  await log.close()
})

test('a log cut at any length keeps its whole batches and warns about the rest', async (t) => {
  const { path, file, folder } = await createFolder(t)
  const log = await openLog(folder)
  for (const key of ['a', 'b', 'c']) await log.append(batchOf(key))
  await closeUncleanly(log, path)
  const bytes = await readFile(file)
  const size = bytes.length / 3
  for (let length = 0; length <= bytes.length; length++) {
    await writeFile(file, bytes.subarray(0, length))
    const warnings: string[] = []
    const cut = await openLog(folder, { warn: (text) => warnings.push(text) })
    const wholeBatches = Math.floor(length / size)
    assert.deepEqual(
      await readKeys(cut),
      ['a', 'b', 'c'].slice(0, wholeBatches),
    )
    assert.equal(warnings.length, length % size ? 1 : 0)
    await closeUncleanly(cut, path)
  }
})

test('a changed bit is an error with file and position, or a torn tail in the last group', async (t) => {
  const { path, file, folder } = await createFolder(t)
  const log = await openLog(folder)
  for (const key of ['a', 'b', 'c']) await log.append(batchOf(key))
  await closeUncleanly(log, path)
  const bytes = await readFile(file)
  const size = bytes.length / 3
  for (let bit = 0; bit < bytes.length * 8; bit += 3) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] ^= 1 << (bit & 7)
    await writeFile(file, changed)
    const at = Math.floor(bit / 8 / size) * size
    if (at === 2 * size) {
      const cut = await openLog(folder)
      assert.deepEqual(await readKeys(cut), ['a', 'b'])
      await closeUncleanly(cut, path)
    } else {
      const message = new RegExp(`^0{20}\\.log is damaged at byte ${at}:`)
      await assert.rejects(openLog(folder), { code: 'STORAGE', message })
    }
  }
})

test('damage within the last group is a torn tail, even if its end is intact', async (t) => {
  const { path, file, folder } = await createFolder(t)
  const log = await openLog(folder)
  await log.append(batchOf('a'))
  await Promise.all(['b', 'c', 'd'].map((key) => log.append(batchOf(key))))
  await closeUncleanly(log, path)
  const bytes = await readFile(file)
  bytes[(bytes.length / 4) * 2 + 70] ^= 1
  await writeFile(file, bytes)
  const cut = await openLog(folder)
  assert.deepEqual(await readKeys(cut), ['a', 'b'])
  assert.equal(await cut.append(batchOf('e')), 2n)
  await cut.close()
  const again = await openLog(folder)
  assert.deepEqual(await readKeys(again), ['a', 'b', 'e'])
  await again.close()
})

test('any damage to a log that was closed cleanly is an error', async (t) => {
  const { path, file, folder } = await createFolder(t)
  const log = await openLog(folder)
  for (const key of ['a', 'b']) await log.append(batchOf(key))
  await log.close()
  const bytes = await readFile(file)
  const storageError = { code: 'STORAGE' }
  for (const damaged of [bytes.subarray(0, -1), bytes.subarray(0, 93)]) {
    await writeFile(file, damaged)
    await assert.rejects(openLog(folder), storageError)
  }
  bytes[bytes.length - 1] ^= 1
  await writeFile(file, bytes)
  await assert.rejects(openLog(folder), storageError)
})

test('a batch that its producer sends again is not appended again', async (t) => {
  const { folder } = await createFolder(t)
  const numbered = (firstSeq: number) =>
    encodeBatch(
      ['x', 'y'].map((key) => encodeRecord({ key, value: '' })),
      { producerId: 7n, firstSeq },
    )
  const log = await openLog(folder)
  const both = [log.append(numbered(0)), log.append(numbered(0))]
  assert.deepEqual(await Promise.all(both), [0n, 0n])
  assert.equal(await log.append(numbered(2)), 2n)
  await assert.rejects(log.append(numbered(6)), { code: 'OUT_OF_ORDER_SEQ' })
  await log.close()
  const again = await openLog(folder)
  assert.equal(await again.append(numbered(2)), 2n)
  assert.equal(await again.append(numbered(4)), 4n)
  assert.equal(again.durableEnd(), 6n)
  await again.close()
})

test('the records of deleted segments are out of range', async (t) => {
  const { path, folder } = await createFolder(t)
  const log = await openLog(folder, { segmentBytes: 1 })
  for (const key of ['a', 'b', 'c', 'd']) await log.append(batchOf(key))
  const reader = log.reader(0n)
  await log.deleteOldest(({ bytesLeft }) => bytesLeft >= 2 * 93)
  assert.equal(log.start(), 2n)
  const range = { code: 'OFFSET_RANGE', message: /not in 2 to 4/ }
  await assert.rejects(reader.read(1), range)
  assert.throws(() => log.reader(1n), range)
  assert.deepEqual(await readKeys(log, 2n), ['c', 'd'])
  await log.deleteOldest(() => true)
  assert.equal(log.start(), 3n)
  await log.close()
  assert.equal((await readdir(path)).length, 2)
  const again = await openLog(folder)
  assert.deepEqual(await readKeys(again, 3n), ['d'])
  await again.close()
})

test('a complete segment that lost its end or is missing is an error', async (t) => {
  const { path, folder } = await createFolder(t)
  const log = await openLog(folder, { segmentBytes: 150 })
  for (const key of ['a', 'b', 'c', 'd', 'e']) await log.append(batchOf(key))
  await closeUncleanly(log, path)
  const [first, second] = (await readdir(path)).sort()
  const bytes = await readFile(join(path, first))
  await writeFile(join(path, first), bytes.subarray(0, -1))
  const complete = { code: 'STORAGE', message: /all of it was synced/ }
  await assert.rejects(openLog(folder), complete)
  await writeFile(join(path, first), bytes)
  await rm(join(path, second))
  await assert.rejects(openLog(folder), { message: /are missing/ })
})

test('the name of a segment is synced before its first batch', async (t) => {
  const { folder } = await createFolder(t)
  const steps: string[] = []
  const log = await openLog(
    {
      ...interceptSync(folder, async () => void steps.push('bytes')),
      sync: async () => (steps.push('names'), folder.sync()),
    },
    { segmentBytes: 1 },
  )
  await log.append(batchOf('a'))
  steps.length = 0
  await log.append(batchOf('b'))
  assert.deepEqual(steps, ['names', 'bytes'])
  await log.close()
})

test('a reader of a closed log rejects with SHUTTING_DOWN', async (t) => {
  const { folder } = await createFolder(t)
  const log = await openLog(folder)
  await log.append(batchOf('a'))
  const reader = log.reader(0n)
  await log.close()
  await assert.rejects(reader.read(1), { code: 'SHUTTING_DOWN' })
})
