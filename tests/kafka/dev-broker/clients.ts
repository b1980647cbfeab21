import {
  Admin,
  compatibilityPartitioner,
  Consumer,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import { execa } from 'execa'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Kafka, logLevel } from 'kafkajs'
import {
  aiokafka,
  confluentKafka,
  findGo,
  findJava,
  findKcat,
  findPython,
  type Tool,
} from '../../../scripts/find.ts'
import { root } from '../../../scripts/program.mjs'
import { classPath } from '../../../servers/kafka/jars.ts'
import { spawnJava } from '../../../servers/kafka/java.ts'
import { runTool } from '../../../servers/kafka/tools.ts'

/** The operations that the tests need of every client. A record is "key:value". */
export interface Client {
  createTopic(topic: string, partitions: number): Promise<void>
  produce(topic: string, records: readonly string[]): Promise<void>
  /** Joins a group that starts at the oldest record. Appends each record to `received`. */
  join(topic: string, group: string, received: string[]): Promise<Member>
}

export interface Member {
  /** Commits the received records and leaves the group. */
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
      await producer.send({
        messages: records.map((record) => ({ topic, ...parseRecord(record) })),
      })
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

function kafkajs(address: string): Client {
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
      await producer.send({ topic, messages: records.map(parseRecord) })
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

/** Uses kcat. It cannot create topics, so another client does that. */
function kcat(program: string, address: string): Client {
  const broker = ['-b', address]
  return {
    createTopic: platformatic(address).createTopic,
    produce: (topic, records) => run(program, [...broker, '-P', '-t', topic, '-K:'], records),
    async join(topic, group, received) {
      const options = ['-X', 'auto.offset.reset=earliest', '-u', '-f', '%k:%s\\n']
      return toMember(spawn(program, [...broker, ...options, '-G', group, topic]), received)
    },
  }
}

/** Uses a program with the commands create, produce and join. */
function program([path = '', ...prefix]: readonly string[], address: string): Client {
  const args = (...rest: string[]) => [...prefix, address, ...rest]
  return {
    createTopic: (topic, partitions) => run(path, args('create', topic, String(partitions))),
    produce: (topic, records) => run(path, args('produce', topic), records),
    async join(topic, group, received) {
      return toMember(spawn(path, args('join', topic, group)), received)
    },
  }
}

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Uses a Python client. */
const pythonClient = (script: string) => (python: string, address: string) =>
  program([python, pathOf(script)], address)

/** Builds the Go client, which takes a minute the first time, and uses it. */
function goClient(go: string, address: string): Client {
  const cache = join(root, '.cache')
  const binary = join(cache, 'kafka-go')
  // Another test may build it too. From a folder on the same disk, Go moves it into place at once.
  const env = { ...process.env, CGO_ENABLED: '0', GOTMPDIR: cache }
  execFileSync(go, ['build', '-o', binary, '.'], { cwd: pathOf('kafka-go'), env })
  return program([binary], address)
}

/** Uses Kafka's console tools, which are written in Java. */
function consoleTools(java: string, address: string): Client {
  const findJvm = async () => ({ java, classPath: await classPath(console.log) })
  const at = ['--bootstrap-server', address]
  return {
    async createTopic(topic, partitions) {
      const create = ['--create', '--topic', topic, '--partitions', String(partitions)]
      await runTool(await findJvm(), 'kafka-topics', [...at, ...create])
    },
    async produce(topic, records) {
      const reader = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:']
      const args = [...at, '--topic', topic, ...reader]
      await runTool(await findJvm(), 'kafka-console-producer', args, { input: toLines(records) })
    },
    async join(topic, group, received) {
      const properties = ['print.key=true', 'key.separator=:']
      const formatter = properties.flatMap((property) => ['--formatter-property', property])
      const options = ['--topic', topic, '--group', group, '--from-beginning', ...formatter]
      const main = 'org.apache.kafka.tools.consumer.ConsoleConsumer'
      return toMember(spawnJava(await findJvm(), [main, ...at, ...options]), received)
    },
  }
}

/** Clients that we did not write, with the program that each needs. */
export const clients: readonly {
  readonly name: string
  readonly tool: Tool
  connect(program: string, address: string): Client
}[] = [
  {
    name: '@platformatic/kafka',
    tool: { path: '' },
    connect: (_program, address) => platformatic(address),
  },
  { name: 'kafkajs', tool: { path: '' }, connect: (_program, address) => kafkajs(address) },
  { name: 'kcat', tool: findKcat(), connect: kcat },
  {
    name: 'confluent-kafka',
    tool: findPython(confluentKafka),
    connect: pythonClient('confluent.py'),
  },
  { name: 'aiokafka', tool: findPython(aiokafka), connect: pythonClient('aiokafka-client.py') },
  { name: 'kafka-go', tool: findGo(), connect: goClient },
  { name: "Kafka's console tools", tool: findJava(), connect: consoleTools },
]

function parseRecord(record: string): { key: string; value: string } {
  const [key = '', value = ''] = record.split(':')
  return { key, value }
}

const toLines = (records: readonly string[]) => records.map((record) => `${record}\n`).join('')

/** Runs a program with records as its input. @throws Error with its output when it fails */
async function run(program: string, args: string[], records: readonly string[] = []) {
  await execa(program, args, { input: toLines(records) })
}

/** A member in a process that prints each record as a line and leaves the group on SIGTERM. */
function toMember(child: ChildProcess, received: string[]): Member {
  const exited = once(child, 'exit')
  if (child.stdout) createInterface(child.stdout).on('line', (line) => received.push(line))
  return {
    async close() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
