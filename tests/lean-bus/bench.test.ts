import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { measureDisk, measureLoopback, sustainLoad } from '../../lab/bus-bench/limit.ts'
import {
  conditionNames,
  conditions,
  loadNames,
  loads,
  payloadBytes,
  Sample,
} from '../../lab/bus-bench/record.ts'
import { measure } from '../../lab/bus-bench/run.ts'
import { root } from '../../scripts/program.mjs'
import { temporaryFolder } from '../tools/temporary.ts'

/** Short: the tests check that the bench works, not how fast the bus is. */
const settings = {
  rounds: 1,
  seconds: 0.3,
  warmUpSeconds: 0.3,
  settleSeconds: 0.1,
  trialSeconds: 0.1,
}

/** Every condition, and every load in one of them. */
const cases = conditionNames.map((name, index) => ({
  load: loadNames[index % loadNames.length] ?? loadNames[0],
  ...conditions[name],
}))

test.each(cases)(
  'the figures of a sample add up: $load, fsync $fsync, read $reading, $disk disk',
  async (one) => {
    const { load, fsync, reading, disk } = one
    const below = temporaryFolder({}, tmpdir())
    const sample = await measure(one, 1, settings, below)
    expect(Sample.parse(sample)).toEqual(sample)
    expect(sample).toMatchObject({ round: 1, load, fsync, reading, disk })
    expect(sample.cpuSeconds.consumer > 0).toBe(reading === 'along')
    expect(readdirSync(below)).toEqual([])

    const { batch, inFlight } = loads[load]
    const { messages, seconds, messagesPerSecond, groups, groupBytes, syncs } = sample
    expect(messages % batch).toBe(0)
    expect(sample.megabytesPerSecond).toBeCloseTo((messagesPerSecond * payloadBytes) / 1e6, 1)
    expect(messagesPerSecond / (messages / seconds)).toBeCloseTo(1, 1)
    // A batch has 64 bytes of its own and a record 8, in addition to the payload. Single records share a batch.
    const least = 64 + batch * (8 + payloadBytes)
    expect(groupBytes).toBeGreaterThanOrEqual(least)
    expect(groupBytes).toBeLessThanOrEqual(inFlight * least)
    // One sync for each group. The measurement may begin and end between the two.
    expect(Math.abs((fsync ? groups : 0) - syncs)).toBeLessThanOrEqual(fsync ? 1 : 0)

    const { p50, p90, p99, p999, max } = sample.latency
    const latencies = [p50, p90, p99, p999, max]
    expect(latencies).toEqual(latencies.toSorted((a, b) => a - b))
    const limit = Math.min(sample.limit.disk, sample.limit.loopback)
    const perMessage = (groups * groupBytes) / messages
    expect(sample.limitMessagesPerSecond / (limit / perMessage)).toBeCloseTo(1, 1)
    // Relative, because a stalled disk gives few messages per second, and all three are rounded.
    const ratio = messagesPerSecond / sample.limitMessagesPerSecond
    expect(sample.ratio / ratio).toBeCloseTo(1, 1)
  },
)

test.each([
  ['gives a record a wrong offset', 'along', 'bus.ts', 'offset: offset++', 'offset: ++offset'],
  [
    'loses the last byte of a value',
    'afterwards',
    'protocol/records.ts',
    'value, end),',
    'value, end - 1),',
  ],
] as const)(
  'the bench fails for a bus that %s, read %s',
  async (_what, reading, file, right, wrong) => {
    const below = temporaryFolder({}, tmpdir())
    const source = join(temporaryFolder({}, tmpdir()), 'src')
    cpSync(join(root, 'examples/lean-bus/src'), source, { recursive: true })
    const text = readFileSync(join(source, file), 'utf8')
    writeFileSync(join(source, file), text.replace(right, wrong))
    const one = { load: '256 in flight', ...conditions.rested, reading } as const
    const measured = measure(one, 1, settings, below, source)
    await expect(measured).rejects.toThrow('consumer.ts has exited')
    expect(readdirSync(below)).toEqual([])
  },
)

test('the limits are measured without a bus', async () => {
  const folder = temporaryFolder({}, tmpdir())
  expect(measureDisk(join(folder, 'limit'), 1000, true, 0.1)).toBeGreaterThan(0)
  sustainLoad(join(folder, 'sustained'), 0.1)
  expect(readdirSync(folder)).toEqual(['limit', 'sustained'])
  expect(await measureLoopback(0.2)).toBeGreaterThan(0)
})
