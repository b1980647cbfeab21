/** The producer process of one sample. Arguments: the bus's source folder, the broker's port, the load, the topic. */
import { randomBytes } from 'node:crypto'
import { build } from 'hdr-histogram-js'
import { load } from '../lean-bus.ts'
import { answer, cpuSeconds, exitWith } from './process.ts'
import { loads, payloadBytes, type Latency, type Load } from './record.ts'

/** What the producer published since the measurement began. */
export interface Published {
  readonly seconds: number
  readonly messages: number
  readonly latency: Latency
  readonly cpuSeconds: number
}

const [source = '', port, name, topic = ''] = process.argv.slice(2)
const { connect, createSessions, overTcp } = await load(source, 'bus')
const { encodeBatch } = await load(source, 'protocol/format')
const { text, types } = await load(source, 'protocol/frames')
const { encodeRecord } = await load(source, 'protocol/records')
const { createTopics } = await load(source, 'client/topics')
const address = { host: '127.0.0.1', port: Number(port) }
const { batch, inFlight } = loads[name as Load]
/** One buffer for all records, because each record is encoded immediately. */
const value = randomBytes(payloadBytes)
/** Microseconds, up to one minute. */
const latencies = build({ highestTrackableValue: 60e6, numberOfSignificantValueDigits: 3 })
let sent = 0
let acknowledged = 0
let isOver = false

/** Returns a record whose value begins with its number. */
function nextRecord() {
  value.writeUInt32BE(sent++)
  return { key: '', value }
}

/** Connects, and returns a function that publishes the next batch and resolves when it is acknowledged. */
async function connectPublisher(): Promise<() => Promise<unknown>> {
  if (batch === 1) {
    const bus = await connect(address)
    return () => bus.publish(topic, nextRecord())
  }
  // The port takes single records, so batches use the bus's own protocol.
  const { retry } = createSessions(overTcp(address))
  const request = await retry(async (session) => session.request)
  return () => {
    const records = Array.from({ length: batch }, () => encodeRecord(nextRecord()))
    return request(types.PRODUCE, text(topic), encodeBatch(records))
  }
}

async function keepPublishing(publish: () => Promise<unknown>) {
  while (!isOver) {
    const begin = performance.now()
    await publish()
    latencies.recordValue(Math.round((performance.now() - begin) * 1000))
    acknowledged += batch
  }
}

await createTopics(address, [topic])
const publish = await connectPublisher()
const loops = Promise.all(Array.from({ length: inFlight }, () => keepPublishing(publish)))
loops.catch(exitWith)

let before = { at: 0, acknowledged: 0, cpu: 0 }
answer({
  begin() {
    latencies.reset()
    before = { at: performance.now(), acknowledged, cpu: cpuSeconds() }
  },
  end(): Published {
    const at = (percentile: number) => latencies.getValueAtPercentile(percentile) / 1000
    isOver = true
    return {
      seconds: (performance.now() - before.at) / 1000,
      messages: acknowledged - before.acknowledged,
      latency: { p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: at(100) },
      cpuSeconds: cpuSeconds() - before.cpu,
    }
  },
  /** Answers with the number of published records when all are acknowledged. */
  async total() {
    await loops
    return acknowledged
  },
})
