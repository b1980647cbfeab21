import {
  Admin,
  compatibilityPartitioner,
  Consumer,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Kafka, logLevel } from 'kafkajs'
import { spawnJava, type Jvm } from '../../../servers/kafka/java.ts'
import { runTool } from '../../../servers/kafka/tools.ts'

/** What every client does here. A record is "key:value". */
export interface Client {
  createTopic(topic: string, partitions: number): Promise<void>
  produce(topic: string, records: readonly string[]): Promise<void>
  /** Joins a group that starts at the oldest record; everything received is put into `received`. */
  join(topic: string, group: string, received: string[]): Promise<Member>
}

export interface Member {
  /** Commits what was received, and leaves the group. */
  close(): Promise<void>
}

export function platformatic(address: string): Client {
  const base = { clientId: 'platformatic', bootstrapBrokers: [address] }
  return {
    async createTopic(topic, partitions) {
      const admin = new Admin(base)
      await admin.createTopics({ topics: [topic], partitions, replicas: 1 })
      await admin.close()
    },
    async produce(topic, records) {
      const options = { serializers: stringSerializers, partitioner: compatibilityPartitioner }
      const producer = new Producer({ ...base, ...options, idempotent: true })
      await producer.send({ messages: records.map((record) => ({ topic, ...keyed(record) })) })
      await producer.close()
    },
    async join(topic, groupId, received) {
      const consumer = new Consumer({ ...base, groupId, deserializers: stringDeserializers })
      const stream = await consumer.consume({
        topics: [topic],
        mode: 'committed',
        fallbackMode: 'earliest',
        maxWaitTime: 200,
        autocommit: false,
      })
      const reading = (async () => {
        for await (const message of stream) {
          await message.commit()
          received.push(`${message.key}:${message.value}`)
        }
      })()
      return {
        async close() {
          await Promise.all([stream.close(), reading])
          await consumer.close(true)
        },
      }
    },
  }
}

export function kafkajs(address: string): Client {
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING })
  return {
    async createTopic(topic, numPartitions) {
      const admin = kafka.admin()
      await admin.connect()
      await admin.createTopics({ topics: [{ topic, numPartitions }] })
      await admin.disconnect()
    },
    async produce(topic, records) {
      const producer = kafka.producer()
      await producer.connect()
      await producer.send({ topic, messages: records.map(keyed) })
      await producer.disconnect()
    },
    async join(topic, groupId, received) {
      const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200 })
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      const joined = Promise.withResolvers<unknown>()
      consumer.on(consumer.events.GROUP_JOIN, joined.resolve)
      await consumer.run({
        async eachMessage({ message }) {
          received.push(`${message.key}:${message.value}`)
        },
      })
      await joined.promise
      return { close: () => consumer.disconnect() }
    },
  }
}

/** kcat cannot create topics, so another client does. */
export function kcat(program: string, address: string, other: Client): Client {
  const broker = ['-b', address]
  return {
    createTopic: other.createTopic,
    produce: (topic, records) => feed(program, [...broker, '-P', '-t', topic, '-K:'], records),
    async join(topic, group, received) {
      const options = ['-X', 'auto.offset.reset=earliest', '-u', '-f', '%k:%s\\n']
      return reader(spawn(program, [...broker, ...options, '-G', group, topic]), received)
    },
  }
}

/** The Python client on top of librdkafka, by a program of a few lines. */
export function confluent(python: string, address: string): Client {
  const script = fileURLToPath(new URL('confluent.py', import.meta.url))
  const args = (...rest: string[]) => [script, address, ...rest]
  return {
    createTopic: (topic, partitions) => feed(python, args('create', topic, String(partitions)), []),
    produce: (topic, records) => feed(python, args('produce', topic), records),
    async join(topic, group, received) {
      return reader(spawn(python, args('join', topic, group)), received)
    },
  }
}

/** Kafka's own console tools, which are Java. */
export function consoleTools(jvm: Jvm, address: string): Client {
  const at = ['--bootstrap-server', address]
  return {
    async createTopic(topic, partitions) {
      const create = ['--create', '--topic', topic, '--partitions', String(partitions)]
      await runTool(jvm, 'kafka-topics', [...at, ...create])
    },
    async produce(topic, records) {
      const reader = ['parse.key=true', 'key.separator=:'].flatMap((it) => [
        '--reader-property',
        it,
      ])
      const input = records.map((record) => `${record}\n`).join('')
      await runTool(jvm, 'kafka-console-producer', [...at, '--topic', topic, ...reader], { input })
    },
    async join(topic, group, received) {
      const formatter = ['print.key=true', 'key.separator=:'].flatMap((it) => [
        '--formatter-property',
        it,
      ])
      const options = ['--topic', topic, '--group', group, '--from-beginning', ...formatter]
      const main = 'org.apache.kafka.tools.consumer.ConsoleConsumer'
      return reader(spawnJava(jvm, [main, ...at, ...options]), received)
    },
  }
}

function keyed(record: string): { key: string; value: string } {
  const [key = '', value = ''] = record.split(':')
  return { key, value }
}

/** Runs a program with these lines as its input. */
async function feed(program: string, args: string[], lines: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  child.stdin.end(lines.map((line) => `${line}\n`).join(''))
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${code}\n${complaints}`)
}

/** A member whose records are a program's lines, and which SIGTERM ends in order. */
function reader(child: ChildProcess, received: string[]): Member {
  const exited = once(child, 'exit')
  if (child.stdout) createInterface(child.stdout).on('line', (line) => received.push(line))
  return {
    async close() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
