import type { WriteStream } from 'node:tty'
import { expect, test } from 'vitest'
import type { Folder } from '../../examples/lean-bus/src/log/files.ts'
import { memoryFolder } from '../../examples/lean-bus/src/log/memory-files.ts'
import { countingFolder } from '../../lab/bus-bench/counting-folder.ts'
import {
  benchRecord,
  conditionNames,
  conditions,
  loadNames,
  summarizeCase,
} from '../../lab/bus-bench/record.ts'
import { cases } from '../../lab/bus-bench/run.ts'
import { createProgress } from '../../lab/progress.ts'

const record = benchRecord.read()

test('the bus bench record holds at least five rounds of every case, in turn', () => {
  const order =
    record?.samples.map(({ load, fsync, reading, disk }) => ({ load, fsync, reading, disk })) ?? []
  const rounds = order.length / cases.length
  expect(rounds).toBeGreaterThanOrEqual(5)
  expect(order).toEqual(Array.from({ length: rounds }, () => cases).flat())
})

test.each(loadNames)('the broker stays under 200 MB under the load "%s"', (load) => {
  for (const name of conditionNames) {
    const { highest } = summarizeCase(record?.samples ?? [], load, conditions[name]).brokerPeakMiB
    expect(highest * 2 ** 20).toBeLessThan(200e6)
  }
})

test('a summary of a case uses the samples of this case only', () => {
  const [sample] = record?.samples ?? []
  if (!sample) throw new Error('there is no record')
  const { load } = sample
  const samples = [
    { ...sample, ...conditions.rested, ratio: 0.5, latency: { ...sample.latency, p50: 3 } },
    { ...sample, ...conditions.rested, ratio: 0.2, latency: { ...sample.latency, p50: 1 } },
    { ...sample, ...conditions.rested, ratio: 0.3, latency: { ...sample.latency, p50: 2 } },
    { ...sample, ...conditions.unsynced, ratio: 0.9 },
    { ...sample, ...conditions['read along'], ratio: 0.1 },
    { ...sample, ...conditions.settled, ratio: 0.7 },
  ]
  const { ratio, p50 } = summarizeCase(samples, load, conditions.rested)
  expect(ratio).toEqual({ median: 0.3, lowest: 0.2, highest: 0.5 })
  expect(p50).toEqual({ median: 2, lowest: 1, highest: 3 })
  const medians = conditionNames.map(
    (name) => summarizeCase(samples, load, conditions[name]).ratio.median,
  )
  expect(medians).toEqual([0.7, 0.3, 0.9, 0.1])
})

test.each([true, false])(
  'writes to topics are counted, and syncs only if isSynced is %s',
  async (isSynced) => {
    let synced = 0
    const counts = { writes: 0, bytes: 0, syncs: 0 }
    const folder = countingFolder(
      watchSyncs(memoryFolder(), () => synced++),
      counts,
      isSynced,
    )
    for (const name of ['orders', '__groups']) {
      const inner = await folder.folder(name)
      const file = await inner.create('0.log')
      await file.write(Buffer.alloc(7), 0)
      await file.write(Buffer.alloc(5), 7)
      await file.sync()
      await inner.sync()
      expect(await file.size()).toBe(12)
    }
    expect(counts).toEqual({ writes: 2, bytes: 12, syncs: isSynced ? 1 : 0 })
    expect(synced).toBe(isSynced ? 4 : 0)
  },
)

/** Wraps a folder, and calls a function at every sync of it and of its files. */
function watchSyncs(folder: Folder, onSync: () => void): Folder {
  return {
    ...folder,
    create: async (name) => ({ ...(await folder.create(name)), sync: async () => onSync() }),
    sync: async () => onSync(),
    folder: async (name) => watchSyncs(await folder.folder(name), onSync),
  }
}

test('progress is shown in one line of a terminal, and not at all elsewhere', () => {
  const lines: string[] = []
  const terminal = (isTTY: boolean) =>
    ({
      isTTY,
      cursorTo: (column: number) => lines.push(`to ${column}`),
      clearLine: () => lines.push('clear'),
      write: (text: string) => lines.push(text),
    }) as unknown as WriteStream
  const progress = createProgress(terminal(true))
  progress.show(0, 2, 'one')
  progress.show(1, 2, 'two')
  expect(lines.filter((line) => line.includes('of'))).toEqual([
    `${'░'.repeat(24)} 1 of 2: one`,
    `${'█'.repeat(12)}${'░'.repeat(12)} 2 of 2: two`,
  ])
  progress.clear()
  expect(lines.slice(-3)).toEqual(['to 0', 'clear', ''])
  createProgress(terminal(false)).show(0, 1, 'one')
  expect(lines).toHaveLength(9)
})
