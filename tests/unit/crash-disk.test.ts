import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createDiskState } from '../../lab/crash/disk-state.ts'
import type { Entry } from '../../lab/crash/disk-options.ts'
import { createRandom } from '../../lab/random.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const bytes = Buffer.alloc(20_000, 'x')
const part = 6000

/**
 * The contents that a file has after a power cut, over many of them; undefined where it is not there.
 *
 * @param prepare makes the files as a program has left them, and gives what it noted
 * @param later what the next program has noted
 */
function outcomes(
  prepare: (data: string, aside: string) => readonly Entry[],
  later: readonly Entry[] = [],
) {
  const found = new Set<string | undefined>()
  for (let seed = 0; seed < 200; seed++) {
    const folder = temporaryFolder({}, tmpdir())
    const [data, aside, journal] = ['data', 'aside', 'journal'].map((name) => join(folder, name))
    if (!data || !aside || !journal) throw new Error('unreachable')
    for (const path of [data, aside]) mkdirSync(path)
    const disk = createDiskState(data, aside)
    for (const entries of [prepare(data, aside), later]) {
      writeFileSync(journal, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      disk.replay(journal)
    }
    disk.cut(createRandom(seed))
    const file = join(data, 'a/1.log')
    found.add(existsSync(file) ? readFileSync(file, 'latin1') : undefined)
  }
  return [...found]
}

function write(data: string, content = bytes): void {
  mkdirSync(join(data, 'a'), { recursive: true })
  writeFileSync(join(data, 'a/1.log'), content)
}

const made: readonly Entry[] = [
  ['make folder', 'a'],
  ['sync folder', ''],
  ['create', 'a/1.log'],
]
const named: readonly Entry[] = [...made, ['sync folder', 'a']]

test('what was synced stays as it is, whatever comes behind it', () => {
  const found = outcomes((data) => {
    write(data)
    return [...named, ['sync', 'a/1.log', part]]
  })
  const whole = bytes.toString('latin1')
  for (const content of found) expect(content?.slice(0, part)).toBe(whole.slice(0, part))
  const lengths = found.map((content) => content?.length ?? 0)
  expect(Math.min(...lengths)).toBeLessThan(part + 1000)
  expect(lengths.filter((length) => length === bytes.length).length).toBeGreaterThan(1)
  expect(found.some((content) => content?.includes('\0'.repeat(4096)))).toBe(true)
})

test('nothing happens to a file that was synced as a whole', () => {
  const found = outcomes((data) => {
    write(data)
    return [...named, ['sync', 'a/1.log', bytes.length]]
  })
  expect(found).toEqual([bytes.toString('latin1')])
})

test.each([
  ['of a file', made],
  ['of the folder that it is in', named.filter(([, path]) => path !== '')],
])('the name %s may be gone, also when its bytes were synced', (_of, entries) => {
  const found = outcomes((data) => {
    write(data)
    return [...entries, ['sync', 'a/1.log', bytes.length]]
  })
  expect(found).toHaveLength(2)
  expect(found).toEqual(expect.arrayContaining([undefined, bytes.toString('latin1')]))
})

const removed: readonly Entry[] = [...named, ['sync', 'a/1.log', bytes.length]]

test('a deletion may be undone until its folder is synced', () => {
  const remove = (data: string, aside: string) => {
    write(data)
    linkSync(join(data, 'a/1.log'), join(aside, 'kept'))
    rmSync(join(data, 'a/1.log'))
  }
  const open = outcomes((data, aside) => {
    remove(data, aside)
    return [...removed, ['remove', 'a/1.log', 'kept']]
  })
  expect(open).toHaveLength(2)
  expect(open).toEqual(expect.arrayContaining([undefined, bytes.toString('latin1')]))
  const synced = outcomes((data, aside) => {
    remove(data, aside)
    return [...removed, ['remove', 'a/1.log', 'kept'], ['sync folder', 'a']]
  })
  expect(synced).toEqual([undefined])
})

test('a deletion that was announced and not done leaves what is synced later', () => {
  const found = outcomes(
    (data, aside) => {
      write(data)
      linkSync(join(data, 'a/1.log'), join(aside, 'kept'))
      return [...named, ['sync', 'a/1.log', part], ['remove', 'a/1.log', 'kept']]
    },
    [
      ['open', 'a/1.log', bytes.length],
      ['sync', 'a/1.log', bytes.length],
    ],
  )
  expect(found).toEqual([bytes.toString('latin1')])
})

test('what was cut off may be back until the file is synced', () => {
  const cut = (data: string, aside: string) => {
    write(data, bytes.subarray(0, part))
    writeFileSync(join(aside, 'tail'), bytes.subarray(part))
  }
  const open = outcomes((data, aside) => {
    cut(data, aside)
    return [...named, ['sync', 'a/1.log', part], ['truncate', 'a/1.log', part, 'tail']]
  })
  const lengths = open.map((content) => content?.length)
  expect(lengths).toContain(part)
  expect(lengths).toContain(bytes.length)
  const synced = outcomes((data, aside) => {
    cut(data, aside)
    return [...named, ['truncate', 'a/1.log', part, 'tail'], ['sync', 'a/1.log', part]]
  })
  expect(synced).toEqual([bytes.toString('latin1', 0, part)])
})
