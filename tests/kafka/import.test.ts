import { execa } from 'execa'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bus, BusRecord } from '../../contracts/bus/port.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import { startKafka, type Kafka } from '../../servers/kafka/kafka.ts'
import { findJava } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { handleUntil } from '../tools/handle-until.ts'
import { temporaryFolder } from '../tools/temporary.ts'
import { connect, directory } from './client.ts'
import { markEnds, readToEnds } from './ends.ts'

const everyByte = Buffer.from(Array.from({ length: 256 }, (_none, byte) => byte))

/** A record as the lean bus prints it. It contains U+2028, which some line readers take for a line end. */
const record = (topic: string, offset: number, value = everyByte, time = timeOf(offset)) =>
  `${JSON.stringify({
    type: 'record',
    topic,
    offset: String(offset),
    time: new Date(time).toISOString(),
    key: keyOf(offset),
    headers: [
      ['at', String(offset)],
      ['鍵\u2028', '値 🚚'],
    ],
    value: value.toString('base64'),
  })}\n`
const keyOf = (offset: number) => `注文\u2028 🛒 ${offset % 11}`
const timeOf = (offset: number) => Date.UTC(2025, 0, 1) + offset

const group = (topic: string, name: string, next: number) =>
  `${JSON.stringify({ type: 'group', topic, group: name, next: String(next) })}\n`

const range = (start: number, end: number) =>
  Array.from({ length: end - start }, (_none, index) => start + index)

describeWith('npm run import with real Kafka', findJava(), (java) => {
  let kafka: Kafka
  let bus: Bus
  beforeAll(async () => {
    kafka = await startKafka({ java })
    bus = await connect({ brokers: kafka.brokers })
  })
  const children: { kill(signal: NodeJS.Signals): boolean }[] = []
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await bus.close()
    await kafka[Symbol.asyncDispose]()
  })

  /** Starts the import. It reads the log of the lean bus from standard input. */
  function startImport(...args: string[]) {
    const child = execa(thisNode().path, ['import/main.ts', ...args], {
      cwd: directory,
      env: { ...environmentOf(thisNode()), KAFKA_BROKERS: kafka.brokers.join() },
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
    })
    children.push(child)
    return child
  }
  function runImport(lines: readonly string[], ...args: string[]) {
    const child = startImport(...args)
    child.stdin.end(lines.join(''))
    return child
  }

  const offsetOf = ({ headers }: BusRecord) => Number(String(headers[0]?.[1]))
  const offsetsOf = (records: readonly BusRecord[]) => records.map(offsetOf).sort((a, b) => a - b)

  describe('a log without its oldest segments', () => {
    const topic = 'orders'
    const [first, empty, end] = [5, 1500, 3000]
    beforeAll(async () => {
      const lines = [
        ...range(first, end).map((at) => record(topic, at, at === empty ? Buffer.of() : everyByte)),
        group(topic, 'behind', 0),
        group(topic, 'half', 1501),
        group(topic, 'done', end),
      ]
      const { stdout, stderr, exitCode } = await runImport(lines)
      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
      expect(stdout).toMatch(
        /^orders: records 2995, partitions 4\nbehind: next is orders\/0@0, .*orders\/3@0\nhalf: .*\ndone: .*\n$/,
      )
      await markEnds(bus, topic)
    })

    test.for([
      ['behind', first],
      ['half', 1501],
      ['done', end],
      ['new', first],
    ] as const)('after an import the group %s resumes at record %i', async ([name, next]) => {
      expect(offsetsOf(await readToEnds(bus, topic, name))).toEqual(range(next, end))
    })

    test('an import changes no record and keeps each key in order in one partition', async () => {
      const imported = await readToEnds(bus, topic, 'audit')
      await kafka.run('kafka-topics', ['--create', '--topic', 'partitioned', '--partitions', '4'])
      const byKey = Map.groupBy(imported, ({ key }) => String(key))
      expect(byKey.size).toBe(11)
      for (const [key, records] of byKey) {
        const next = await bus.publish('partitioned', { key, value: everyByte })
        expect(new Set(records.map(({ partition }) => partition))).toEqual(
          new Set([next.partition]),
        )
        const offsets = records.map(offsetOf)
        expect(offsets).toEqual(range(first, end).filter((at) => keyOf(at) === key))
      }
      for (const record of imported) {
        const at = offsetOf(record)
        expect(record.headers.map((pair) => pair.map(String))).toEqual([
          ['at', String(at)],
          ['鍵\u2028', '値 🚚'],
        ])
        expect(record.value).toEqual(at === empty ? Buffer.of() : everyByte)
      }
    })

    test('an import keeps the timestamps of the lean bus', async () => {
      const printed = await kafka.run('kafka-console-consumer', [
        ...['--topic', topic, '--from-beginning', '--max-messages', String(end - first)],
        ...['--formatter-property', 'print.value=false'],
        ...['--formatter-property', 'print.timestamp=true'],
      ])
      const times = printed.matchAll(/CreateTime:(\d+)/g).map(([, time]) => Number(time))
      expect([...times].sort()).toEqual(range(first, end).map(timeOf))
    })

    test('a second import into the same topic is rejected', async () => {
      const { stderr, exitCode } = await runImport([record(topic, 3000)])
      expect(stderr).toMatch(/^Topic "orders" holds records.*\nNothing was written\.\n$/)
      expect(exitCode).toBe(1)
    })
  })

  test('an import into a group with members fails and succeeds when it is repeated without them', async () => {
    const topic = 'watched'
    const lines = [record(topic, 0), record(topic, 1), group(topic, 'live', 1)]
    await kafka.run('kafka-topics', ['--create', '--topic', topic, '--partitions', '4'])
    const member = await bus.subscribe({ topic, group: 'live' }, (_record, commit) => commit())
    const { stderr, exitCode } = await runImport(lines)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(
      /^Group "live" has members.* Stop the members\.\n"watched" is partly imported/,
    )
    const [, tool, args] = /delete it: (\S+)\.sh (.*)\n$/.exec(stderr) ?? expect.unreachable()
    expect(tool).toBe('kafka-topics')

    await member.stop()
    await kafka.run('kafka-topics', args?.split(' ').slice(2) ?? [])
    const folder = temporaryFolder({ 'log.ndjson': lines.join('') }, tmpdir())
    const repeated = await runImport([], join(folder, 'log.ndjson'))
    expect(repeated).toMatchObject({ stderr: '', exitCode: 0 })
    await markEnds(bus, topic)
    expect(offsetsOf(await readToEnds(bus, topic, 'live'))).toEqual([1])
  })

  test.for([
    ['large', record('large', 1, Buffer.alloc(2_000_000)), /is larger than topic "large" allows/],
    ['ahead', record('ahead', 1).replace('2025-', '9999-'), /message\.timestamp\.after\.max\.ms/],
  ] as const)(
    'the import explains why the topic %s rejects a record',
    async ([topic, rejected, reason]) => {
      const { stderr, exitCode } = await runImport([record(topic, 0), rejected])
      expect(stderr.split('\n')).toEqual([
        expect.stringMatching(reason),
        expect.stringMatching(`^"${topic}" is partly imported, records: at least [01]\\.`),
        '',
      ])
      expect(exitCode).toBe(1)
    },
  )

  /** Imports records with the same timestamp while the broker is killed and restarted. */
  async function importOverRestart(topic: string, time: number) {
    await kafka.run('kafka-topics', ['--create', '--topic', topic, '--partitions', '4'])
    const child = startImport()
    // The import may exit before it has read everything.
    child.stdin.on('error', () => undefined)
    const lines = range(0, 6000).map((at) => record(topic, at, everyByte, time))
    child.stdin.write(lines.slice(0, 3000).join(''))
    await handleUntil(bus, { topic, group: 'watch' }, async () => true)
    await kafka.stop(0, 'SIGKILL')
    child.stdin.end([...lines.slice(3000), group(topic, 'g', 2999)].join(''))
    await kafka.start(0)
    return await child
  }

  test('a broker that restarts during the import causes no loss and no duplicate', async () => {
    const topic = 'restarted'
    const result = await importOverRestart(topic, Date.now())
    expect(result).toMatchObject({ stderr: '', exitCode: 0 })
    await markEnds(bus, topic)
    expect(offsetsOf(await readToEnds(bus, topic, 'g'))).toEqual(range(2999, 6000))
  })

  test('an import of old records over a broker restart writes each once or fails', async () => {
    const topic = 'restarted-old'
    const { stderr, exitCode } = await importOverRestart(topic, timeOf(0))
    if (exitCode === 0) {
      await markEnds(bus, topic)
      expect(offsetsOf(await readToEnds(bus, topic, 'g'))).toEqual(range(2999, 6000))
    } else {
      expect(stderr).toMatch(/^"restarted-old" holds .* twice\. .*\n"restarted-old" is partly/)
    }
  })

  test('an import of a topic whose name collides with another one fails and names both', async () => {
    await kafka.run('kafka-topics', ['--create', '--topic', 'shop.events'])
    const { stderr, exitCode } = await runImport([record('shop_events', 0)])
    expect(stderr).toMatch(
      /has the topic "shop\.events", .* mix it up with "shop_events"\. .*\nNothing was written\.\n$/,
    )
    expect(exitCode).toBe(1)
  })

  test.for([
    [['a', 'b'], /^The import reads one file or standard input: npm run import -- .*\[FILE\]\n$/],
    [['--topics', 'a'], /^Unknown option '--topics'/],
    [['absent.ndjson'], /^ENOENT.*absent\.ndjson.*\nNothing was written\.\n$/],
    [[], /^The input is empty\. Import what .* inspect -- --json\n$/],
    [['--topic', 'none'], /^The input has no topic none\. Check --topic\.\n$/],
  ] as const)(
    'npm run import with the arguments %j fails and explains why',
    async ([args, message]) => {
      expect(await runImport([], ...args)).toMatchObject({
        stderr: expect.stringMatching(message),
        exitCode: 1,
      })
    },
  )
})
