import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createDiskFollower } from '../../lab/crash/disk/journal.ts'
import { DiskModel } from '../../lab/crash/disk/model.ts'
import type { Entry } from '../../lab/crash/disk/options.ts'
import { createRandom } from '../../lab/random.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const path = 'a/1.log'
const whole = Buffer.alloc(20_000, 'x')
const part = 6000

/** The contents that a file can have after a power cut, over many of them; undefined where its name is gone. */
function outcomes(prepare: (disk: DiskModel) => void, file = path) {
  const found = new Set<string | undefined>()
  for (let seed = 0; seed < 300; seed++) {
    const disk = new DiskModel(512)
    prepare(disk)
    disk.cutPower(createRandom(seed))
    found.add(disk.has(file) ? disk.file(file).bytes.toString('latin1') : undefined)
  }
  return [...found]
}

const text = (length: number) => whole.toString('latin1', 0, length)

/** Creates a file whose name is safe, and with these bytes if there are some. */
function createFile(disk: DiskModel, synced = Buffer.alloc(0)) {
  disk.makeFolder('a')
  disk.beginSync('')()
  const file = disk.create(path)
  disk.beginSync('a')()
  file.write(synced, 0)
  file.beginSync()()
  return file
}

test('a power cut keeps synced bytes, and cuts, zeroes or garbles the bytes after them', () => {
  const found = outcomes((disk) => {
    const file = createFile(disk, whole.subarray(0, part))
    file.write(whole.subarray(part), part)
  })
  for (const content of found) expect(content?.slice(0, part)).toBe(text(part))
  const lengths = found.map((content) => content?.length ?? 0)
  expect(Math.min(...lengths)).toBe(part)
  expect(lengths.filter((length) => length === whole.length).length).toBeGreaterThan(1)
  expect(found.some((content) => content?.includes('\0'.repeat(512)))).toBe(true)
  expect(found.some((content) => content && /[^x\0]/.test(content))).toBe(true)
})

test('a power cut keeps all bytes of a synced file', () => {
  const found = outcomes((disk) => void createFile(disk, whole))
  expect(found).toEqual([text(whole.length)])
})

test('a sync that has not finished keeps nothing', () => {
  const found = outcomes((disk) => {
    const file = createFile(disk)
    file.write(whole, 0)
    file.beginSync()
  })
  expect(found).toContain('')
})

test('a sync covers the bytes that were written before it began, and no later ones', () => {
  const found = outcomes((disk) => {
    const file = createFile(disk)
    file.write(whole.subarray(0, part), 0)
    const finish = file.beginSync()
    file.write(whole.subarray(part), part)
    finish()
  })
  expect(Math.min(...found.map((content) => content?.length ?? 0))).toBe(part)
})

test('two syncs that finish in the opposite order keep what both covered', () => {
  const found = outcomes((disk) => {
    const file = createFile(disk)
    file.write(whole.subarray(0, part), 0)
    const first = file.beginSync()
    file.write(whole.subarray(part), part)
    const second = file.beginSync()
    second()
    first()
  })
  expect(found).toEqual([text(whole.length)])
})

test.each([
  ['a file', false],
  ['the folder of a file', true],
])(
  'without a sync of its folder, %s loses its name, though the bytes were synced',
  (_of, isSynced) => {
    const found = outcomes((disk) => {
      disk.makeFolder('a')
      if (!isSynced) disk.beginSync('')()
      const file = disk.create(path)
      if (isSynced) disk.beginSync('a')()
      file.write(whole, 0)
      file.beginSync()()
    })
    expect(found).toHaveLength(2)
    expect(found).toEqual(expect.arrayContaining([undefined, text(whole.length)]))
  },
)

function removeSynced(disk: DiskModel): void {
  createFile(disk, whole)
  disk.remove(path)
}

test('a power cut undoes a removal until the folder is synced', () => {
  const found = outcomes(removeSynced)
  expect(found).toHaveLength(2)
  expect(found).toEqual(expect.arrayContaining([undefined, text(whole.length)]))
  const synced = outcomes((disk) => {
    removeSynced(disk)
    disk.beginSync('a')()
  })
  expect(synced).toEqual([undefined])
})

test('a sync of a folder does not cover a removal after it began', () => {
  const found = outcomes((disk) => {
    createFile(disk, whole)
    const finish = disk.beginSync('a')
    disk.remove(path)
    finish()
  })
  expect(found).toContain(text(whole.length))
})

test('a power cut undoes a truncation until the file is synced', () => {
  const truncate = (disk: DiskModel) => {
    const file = createFile(disk, whole)
    file.truncate(part)
    return file
  }
  const lengths = outcomes((disk) => void truncate(disk)).map((content) => content?.length)
  expect(lengths).toContain(part)
  expect(lengths).toContain(whole.length)
  expect(outcomes((disk) => truncate(disk).beginSync()())).toEqual([text(part)])
})

const created: readonly Entry[] = [
  ['make folder', 'a'],
  ['begin sync', '', 1],
  ['end sync', 1],
  ['create', path],
  ['begin sync', 'a', 2],
  ['end sync', 2],
]

/** A real folder that holds the file and whose disk is followed, and a function that replays entries. */
function follow() {
  const data = temporaryFolder({ [path]: String(whole) }, tmpdir())
  const journal = join(temporaryFolder({}, tmpdir()), 'journal')
  const follower = createDiskFollower(data)
  return {
    data,
    cutPower: (seed: number) => follower.cutPower(createRandom(seed)),
    replay(...entries: Entry[]) {
      writeFileSync(journal, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      expect(follower.replay(journal)).toEqual(entries)
      expect(readFileSync(journal, 'utf8')).toBe('')
    },
  }
}

const written: Entry = ['write', path, 0, whole.toString('base64')]

test('what a power cut keeps is left on the real disk', () => {
  const { data, replay, cutPower } = follow()
  replay(...created, written)
  for (let seed = 0; seed < 20; seed++) {
    const { damages } = cutPower(seed)
    const content = readFileSync(join(data, path))
    if (damages.length === 0) continue
    expect(damages).toMatchObject([{ path, syncedSize: 0, keptSize: content.length }])
    expect(damages[0]?.written.equals(whole)).toBe(true)
    return
  }
  expect.fail('no power cut damaged the file')
})

test('a removal that was undone by a power cut puts the file back on the real disk', () => {
  const counts = new Set<number>()
  for (let seed = 0; seed < 10; seed++) {
    const { data, replay, cutPower } = follow()
    rmSync(join(data, path))
    replay(...created, written, ['begin sync', path, 3], ['end sync', 3], ['remove', path])
    const { deletions } = cutPower(seed)
    counts.add(deletions)
    if (deletions > 0) expect(readFileSync(join(data, path)).equals(whole)).toBe(true)
  }
  expect(counts).toEqual(new Set([0, 1]))
})

test('the model includes changes of a process that was killed before it wrote them to the journal', () => {
  const { data, replay, cutPower } = follow()
  replay(...created, ['write', path, 0, whole.toString('base64', 0, part)])
  replay(['begin sync', path, 1], ['end sync', 1], ['begin sync', 'a', 2], ['end sync', 2])
  cutPower(1)
  expect(readFileSync(join(data, path)).equals(whole)).toBe(true)

  // A write at the end of the file, and a file with the same name, are only possible after these changes.
  writeFileSync(join(data, path), Buffer.concat([whole, whole]))
  replay(['write', path, whole.length, whole.toString('base64')])
  rmSync(join(data, path))
  replay()
  writeFileSync(join(data, path), '')
  replay(['create', path])
})
