/** Measures what it takes to run Kafka on this machine: processes, time until ready, resident memory. */
import { fileURLToPath } from 'node:url'
import { Admin, ProduceAcks, Producer, stringSerializers } from '@platformatic/kafka'
import { startBrokerProcess } from '../../contracts/process/broker.ts'
import { startKafka } from '../../servers/kafka/kafka.ts'
import { listChildren, type Process } from './processes.ts'
import { setups, type Sample, type Setup } from './record.ts'

/** The messages that each setup gets before its memory is read again. */
export const published = { messages: 10_000, bytes: 100 }

const batchSize = 100

const devBroker = fileURLToPath(new URL('../../examples/kafka/dev-broker/main.ts', import.meta.url))

/**
 * Starts each setup once in every round.
 *
 * @param java path of Java 17 or later
 * @param onSample called after each sample
 */
export async function measure(
  java: string,
  rounds: number,
  onSample: (sample: Sample) => void,
): Promise<{ samples: Sample[]; flags: string[] }> {
  const samples: Sample[] = []
  let flags: string[] = []
  for (let round = 0; round < rounds; round++) {
    for (const setup of setups) {
      const begin = performance.now()
      await using started =
        setup === 'dev broker'
          ? await startBrokerProcess(devBroker, { node: process.execPath, env: process.env })
          : await startKafka({ java, brokers: setup === 'three brokers' ? 3 : 1 })
      const seconds = (performance.now() - begin) / 1000
      const ready = await listBrokers(setup)
      await publish('address' in started ? [started.address] : started.brokers)
      const after = await listBrokers(setup)
      if (setup !== 'dev broker') flags = jvmFlags(after[0])
      const sample = {
        setup,
        processes: after.length,
        seconds: Math.round(seconds * 100) / 100,
        readyMiB: residentMiB(ready),
        publishedMiB: residentMiB(after),
      }
      samples.push(sample)
      onSample(sample)
    }
  }
  return { samples, flags }
}

/** The broker processes, without the programs that supervise them. */
async function listBrokers(setup: Setup): Promise<readonly Process[]> {
  const main = setup === 'dev broker' ? devBroker : 'kafka.Kafka'
  return (await listChildren()).filter(({ argv }) => argv.includes(main))
}

/** Publishes small messages to a topic with four partitions. All replicas acknowledge each of them. */
async function publish(brokers: readonly string[]): Promise<void> {
  const client = { clientId: 'kafka-cost', bootstrapBrokers: [...brokers], retries: 20 }
  const admin = new Admin(client)
  const producer = new Producer({
    ...client,
    acks: ProduceAcks.ALL,
    serializers: stringSerializers,
  })
  try {
    await admin.createTopics({ topics: ['cost'], partitions: 4, replicas: -1 })
    for (let first = 0; first < published.messages; first += batchSize) {
      const messages = Array.from({ length: batchSize }, (_none, index) => ({
        topic: 'cost',
        key: String(first + index),
        value: 'x'.repeat(published.bytes),
      }))
      await producer.send({ messages })
    }
  } finally {
    await producer.close()
    await admin.close()
  }
}

/** The arguments between `java` and its class path. */
function jvmFlags(broker: Process | undefined): string[] {
  const argv = broker?.argv ?? []
  return argv.slice(1, argv.indexOf('-cp'))
}

function residentMiB(processes: readonly Process[]): number {
  return Math.round(processes.reduce((sum, { rssKiB }) => sum + rssKiB, 0) / 1024)
}
