import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bus, BusRecord } from '../../contracts/bus/port.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import { startKafka, type Kafka } from '../../servers/kafka/kafka.ts'
import { findJava } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const directory = fileURLToPath(new URL('../../examples/kafka/', import.meta.url))

// By address: the example is checked by its own tsconfig.json, which is less strict than ours.
const source = new URL('../../examples/kafka/src/', import.meta.url).href
const { connect } = (await import(`${source}bus.ts`)) as {
  connect(settings: { readonly brokers: readonly string[] }): Promise<Bus>
}

const everyByte = Buffer.from(Array.from({ length: 256 }, (_none, byte) => byte))

/** What the lean bus prints of a record. U+2028 ends a line for some, and JSON may hold it. */
const record = (topic: string, offset: number, value = everyByte, time = timeOf(offset)) =>
  `${JSON.stringify({
    type: 'record',
    topic,
    offset: String(offset),
    time: new Date(time).toISOString(),
    key: keyOf(offset),
    headers: { at: String(offset), '鍵\u2028': '値 🚚' },
    value: value.toString('base64'),
  })}\n`
const keyOf = (offset: number) => `注文\u2028 🛒 ${offset % 11}`
const timeOf = (offset: number) => Date.UTC(2025, 0, 1) + offset

const group = (topic: string, name: string, next: number) =>
  `${JSON.stringify({ type: 'group', topic, group: name, next: String(next) })}\n`

const range = (start: number, end: number) =>
  Array.from({ length: end - start }, (_none, index) => start + index)

describeWith('npm run import, against real Kafka', findJava(), (java) => {
  let kafka: Kafka
  let bus: Bus
  beforeAll(async () => {
    kafka = await startKafka({ java })
    bus = await connect({ brokers: kafka.brokers })
  })
  const children: ChildProcess[] = []
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await bus.close()
    await kafka[Symbol.asyncDispose]()
  })

  /** Starts the import. What is written to its `stdin` is what the lean bus prints. */
  function start(...args: string[]) {
    const child = spawn(thisNode().path, ['import/main.ts', ...args], {
      cwd: directory,
      env: { ...environmentOf(thisNode()), KAFKA_BROKERS: kafka.brokers.join() },
    })
    children.push(child)
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    const result = ended.then(([stdout, stderr, [code]]) => ({ stdout, stderr, code }))
    return { stdin: child.stdin, result }
  }
  function load(lines: readonly string[], ...args: string[]) {
    const { stdin, result } = start(...args)
    stdin.end(lines.join(''))
    return result
  }

  /** Ends each of the four partitions with a record, so that a reader knows when it has all. */
  async function markEnds(topic: string) {
    const marked = new Set<number>()
    for (let i = 0; marked.size < 4; i++) {
      const { partition } = await bus.publish(topic, { key: `end-${i}`, value: everyByte })
      marked.add(partition)
    }
  }

  /** All that a member of the group is given up to the ends that were marked. */
  async function read(topic: string, name: string) {
    const given: BusRecord[] = []
    const ended = new Set<number>()
    const all = Promise.withResolvers<null>()
    const subscription = await bus.subscribe({ topic, group: name }, async (it) => {
      if (!it.key.startsWith('end-')) given.push(it)
      else if (ended.add(it.partition).size === 4) all.resolve(null)
    })
    await Promise.race([all.promise, subscription.ended])
    await subscription.stop()
    return given
  }
  const offsetsOf = (records: readonly BusRecord[]) =>
    records.map(({ headers }) => Number(headers['at'])).sort((a, b) => a - b)

  describe('a log whose oldest segments are gone', () => {
    const topic = 'orders'
    const [first, empty, end] = [5, 1500, 3000]
    beforeAll(async () => {
      const lines = [
        ...range(first, end).map((at) => record(topic, at, at === empty ? Buffer.of() : everyByte)),
        group(topic, 'behind', 0),
        group(topic, 'half', 1501),
        group(topic, 'done', end),
      ]
      const { stdout, stderr, code } = await load(lines)
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
      expect(stdout).toMatch(
        /^orders: records 2995, partitions 4\nbehind: next is orders\/0@0, .*orders\/3@0\nhalf: .*\ndone: .*\n$/,
      )
      await markEnds(topic)
    })

    test.for([
      ['behind', first],
      ['half', 1501],
      ['done', end],
      ['new', first],
    ] as const)('%s is given what it has not handled, from %i on', async ([name, next]) => {
      expect(offsetsOf(await read(topic, name))).toEqual(range(next, end))
    })

    test('every record is as it was, and each key in its order in one partition', async () => {
      const given = await read(topic, 'audit')
      await kafka.run('kafka-topics', ['--create', '--topic', 'parted', '--partitions', '4'])
      const byKey = Map.groupBy(given, ({ key }) => key)
      expect(byKey.size).toBe(11)
      for (const [key, records] of byKey) {
        const next = await bus.publish('parted', { key, value: everyByte })
        expect(new Set(records.map(({ partition }) => partition))).toEqual(
          new Set([next.partition]),
        )
        const offsets = records.map(({ headers }) => Number(headers['at']))
        expect(offsets).toEqual(range(first, end).filter((at) => keyOf(at) === key))
      }
      for (const { headers, value } of given) {
        const at = Number(headers['at'])
        expect(headers).toEqual({ at: String(at), '鍵\u2028': '値 🚚' })
        expect(Buffer.compare(value, at === empty ? Buffer.of() : everyByte)).toBe(0)
      }
    })

    test("the times are the lean bus's", async () => {
      const printed = await kafka.run('kafka-console-consumer', [
        ...['--topic', topic, '--from-beginning', '--max-messages', String(end - first)],
        ...['--formatter-property', 'print.value=false'],
        ...['--formatter-property', 'print.timestamp=true'],
      ])
      const times = printed.matchAll(/CreateTime:(\d+)/g).map(([, time]) => Number(time))
      expect([...times].sort()).toEqual(range(first, end).map(timeOf))
    })

    test('it is not imported twice', async () => {
      const { stderr, code } = await load([record(topic, 3000)])
      expect(stderr).toMatch(/^Topic "orders" holds records.*\nNothing was written\.\n$/)
      expect(code).toBe(1)
    })
  })

  test('a group with members is refused; without them, and started over, it is not', async () => {
    const topic = 'watched'
    const lines = [record(topic, 0), record(topic, 1), group(topic, 'live', 1)]
    await kafka.run('kafka-topics', ['--create', '--topic', topic, '--partitions', '4'])
    const member = await bus.subscribe({ topic, group: 'live' }, (_record, commit) => commit())
    const { stderr, code } = await load(lines)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Group "live" has members.* Stop them\.\n"watched" is half imported/)
    const [, tool, args] = /delete it: (\S+)\.sh (.*)\n$/.exec(stderr) ?? expect.unreachable()
    expect(tool).toBe('kafka-topics')

    await member.stop()
    await kafka.run('kafka-topics', args?.split(' ').slice(2) ?? [])
    const folder = temporaryFolder({ 'log.ndjson': lines.join('') }, tmpdir())
    const again = await load([], join(folder, 'log.ndjson'))
    expect(again).toMatchObject({ stderr: '', code: 0 })
    await markEnds(topic)
    expect(offsetsOf(await read(topic, 'live'))).toEqual([1])
  })

  test.for([
    ['large', record('large', 1, Buffer.alloc(2_000_000)), /is larger than topic "large" allows/],
    ['ahead', record('ahead', 1).replace('2025-', '9999-'), /message\.timestamp\.after\.max\.ms/],
  ] as const)('what topic %s refuses is explained', async ([topic, refused, why]) => {
    const { stderr, code } = await load([record(topic, 0), refused])
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(why),
      expect.stringMatching(`^"${topic}" is half imported, records: at least [01]\\.`),
      '',
    ])
    expect(code).toBe(1)
  })

  /** Imports records of one time while the broker is killed and starts again. */
  async function importOverRestart(topic: string, time: number) {
    await kafka.run('kafka-topics', ['--create', '--topic', topic, '--partitions', '4'])
    const { stdin, result } = start()
    // It may end before it has read everything.
    stdin.on('error', () => undefined)
    const lines = range(0, 6000).map((at) => record(topic, at, everyByte, time))
    stdin.write(lines.slice(0, 3000).join(''))
    const begun = Promise.withResolvers<null>()
    const watch = await bus.subscribe({ topic, group: 'watch' }, async () => begun.resolve(null))
    await begun.promise
    await watch.stop()
    await kafka.stop(0, 'SIGKILL')
    stdin.end([...lines.slice(3000), group(topic, 'g', 2999)].join(''))
    await kafka.start(0)
    return await result
  }

  test('a broker that restarts in the middle costs nothing, and nothing is there twice', async () => {
    const topic = 'restarted'
    const ended = await importOverRestart(topic, Date.now())
    expect(ended).toMatchObject({ stderr: '', code: 0 })
    await markEnds(topic)
    expect(offsetsOf(await read(topic, 'g'))).toEqual(range(2999, 6000))
  })

  test('of old records the broker may take some twice, which is noticed', async () => {
    const topic = 'restarted-old'
    const { stderr, code } = await importOverRestart(topic, timeOf(0))
    if (code === 0) {
      await markEnds(topic)
      expect(offsetsOf(await read(topic, 'g'))).toEqual(range(2999, 6000))
    } else {
      expect(stderr).toMatch(/^"restarted-old" holds .* or twice: .*\n"restarted-old" is half/)
    }
  })

  test.for([
    [['a', 'b'], 'Give one file, or pipe it in: npm run import -- [--topic NAME]... [FILE]\n'],
    [['--topics', 'a'], /^Unknown option '--topics'/],
    [['absent.ndjson'], /^ENOENT.*absent\.ndjson.*\nNothing was written\.\n$/],
    [[], 'The input is empty\n'],
    [['--topic', 'none'], 'The input has no topic none\n'],
  ] as const)('refuses %j', async ([args, said]) => {
    expect(await load([], ...args)).toMatchObject({
      stderr: typeof said === 'string' ? said : expect.stringMatching(said),
      code: 1,
    })
  })
})
