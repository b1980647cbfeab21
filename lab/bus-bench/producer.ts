/** The producer of one sample: whose code it is, the broker's port, how it publishes, the topic. It publishes until told to end. */
import { randomBytes } from 'node:crypto'
import { build } from 'hdr-histogram-js'
import { load } from './bus.ts'
import { answer, cpuSeconds } from './process.ts'
import { loads, payloadBytes, type Latency, type Load } from './record.ts'

/** Since the measurement began. */
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
/** The same for all: a record is encoded at once. */
const value = randomBytes(payloadBytes)
/** Microseconds up to a minute, to three digits. */
const latencies = build({ highestTrackableValue: 60e6, numberOfSignificantValueDigits: 3 })
let sent = 0
let acknowledged = 0
let isOver = false

/** A record that says which one it is. */
function nextRecord() {
  value.writeUInt32BE(sent++)
  return { key: '', value, headers: {} }
}

/** Resolves when the next batch is acknowledged. */
async function publisher(): Promise<() => Promise<unknown>> {
  if (batch === 1) {
    const bus = await connect(address)
    return () => bus.publish(topic, nextRecord())
  }
  // The port takes single records: batches are for whoever speaks to the broker as the port itself does.
  const { retry } = createSessions(overTcp(address))
  const request = await retry(async (session) => session.request)
  return () => {
    const records = Array.from({ length: batch }, () => encodeRecord(nextRecord()))
    return request(types.PRODUCE, text(topic), encodeBatch(records))
  }
}

async function publishOn(publish: () => Promise<unknown>) {
  while (!isOver) {
    const begin = performance.now()
    await publish()
    latencies.recordValue(Math.round((performance.now() - begin) * 1000))
    acknowledged += batch
  }
}

await createTopics(address, [topic])
const publish = await publisher()
const loops = Promise.all(Array.from({ length: inFlight }, () => publishOn(publish)))
loops.catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})

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
  /** How many were published in all, once the last is acknowledged. */
  async total() {
    await loops
    return acknowledged
  },
})
