/** Measures a lean bus on this machine, and what the same machine does without it. */
import { mkdtempDisposableSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { exampleSource } from '../lean-bus.ts'
import type { BrokerUse } from './broker.ts'
import type { Read } from './consumer.ts'
import { measureDisk, measureLoopback, sustainLoad } from './limit.ts'
import { startProcess } from './process.ts'
import type { Published } from './producer.ts'
import { conditionNames, conditions, loadNames, payloadBytes } from './record.ts'
import type { Conditions, Load, Sample, Settings } from './record.ts'

const topic = 'bench'

export interface Case extends Conditions {
  readonly load: Load
}

/** The cases of each round, in this order. */
export const cases = loadNames.flatMap((load): Case[] =>
  conditionNames.map((name) => ({ load, ...conditions[name] })),
)

/**
 * Measures one case.
 *
 * @param below the folder for the logs: its disk is measured
 * @param source the bus's source folder
 */
export async function measure(
  one: Case,
  round: number,
  settings: Settings,
  below: string,
  source = exampleSource,
): Promise<Sample> {
  using folder = mkdtempDisposableSync(join(below, 'bench-'))
  const { fsync, disk } = one
  const settle = () => sustainLoad(join(folder.path, 'sustained'), settings.settleSeconds)
  if (disk === 'settled') settle()
  const data = join(folder.path, 'data')
  const { published, broker, read, unread } = await runBus(source, data, one, settings)
  // If the bus wrote less than the disk sustains, the disk has regained some burst capacity.
  if (disk === 'settled') settle()
  else rmSync(data, { recursive: true })
  const groupBytes = Math.round(broker.bytes / broker.writes)
  const limit = {
    disk: measureDisk(join(folder.path, 'limit'), groupBytes, fsync, settings.seconds),
    loopback: await measureLoopback(settings.trialSeconds),
  }
  const messagesPerSecond = published.messages / published.seconds
  // A message takes as many bytes on the wire as in the log, its share of the batch header included.
  const messageBytes = broker.bytes / published.messages
  const limitMessagesPerSecond = Math.min(limit.disk, limit.loopback) / messageBytes
  return {
    round,
    ...one,
    seconds: round3(published.seconds),
    messages: published.messages,
    messagesPerSecond: Math.round(messagesPerSecond),
    megabytesPerSecond: round3((messagesPerSecond * payloadBytes) / 1e6),
    latency: published.latency,
    groups: broker.writes,
    groupBytes,
    syncs: broker.syncs,
    unread,
    brokerPeakMiB: Math.round(broker.peakMiB),
    cpuSeconds: {
      broker: round3(broker.cpuSeconds),
      producer: round3(published.cpuSeconds),
      consumer: round3(read.cpuSeconds),
    },
    limit: { disk: Math.round(limit.disk), loopback: Math.round(limit.loopback) },
    limitMessagesPerSecond: Math.round(limitMessagesPerSecond),
    // Digits, not decimals: a slow disk gives 1% of the limit or less.
    ratio: Number((messagesPerSecond / limitMessagesPerSecond).toPrecision(3)),
  }
}

async function runBus(
  source: string,
  data: string,
  { load, fsync, reading }: Case,
  { seconds, warmUpSeconds }: Settings,
) {
  await using broker = await startProcess('broker.ts', [source, data, fsync ? 'fsync' : ''])
  const port = String(await broker.ask<number>('port'))
  await using producer = await startProcess('producer.ts', [source, port, load, topic])
  const startConsumer = () => startProcess('consumer.ts', [source, port, topic])
  await using along = reading === 'along' ? await startConsumer() : undefined
  const processes = [broker, producer, ...(along ? [along] : [])]
  await sleep(warmUpSeconds * 1000)
  await Promise.all(processes.map(({ ask }) => ask('begin')))
  await sleep(seconds * 1000)
  const [use, published, read] = await Promise.all([
    broker.ask<BrokerUse>('end'),
    producer.ask<Published>('end'),
    along?.ask<Read>('end') ?? { messages: 0, cpuSeconds: 0 },
  ])
  const total = await producer.ask<number>('total')
  await using afterwards = along ? undefined : await startConsumer()
  await (along ?? afterwards)?.ask('until', total)
  return { broker: use, published, read, unread: Math.max(0, total - read.messages) }
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000
}
