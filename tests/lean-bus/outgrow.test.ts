/** Follows the guide "Outgrowing the lean bus", with the code blocks of the guide. */
import { readFileSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createDataDir, startLeanBroker } from '../../contracts/bus/test-beds/lean.ts'
import type { Bus, BusRecord } from '../../contracts/bus/port.ts'
import { connect } from '../../examples/lean-bus/src/bus.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { runDemo } from '../../examples/lean-bus/src/service/demo.ts'
import { createTimeline } from '../../examples/lean-bus/src/service/timeline.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import { startKafka, type Kafka } from '../../servers/kafka/kafka.ts'
import { findJava } from '../../scripts/find.ts'
import { root } from '../../scripts/program.mjs'
import { readExample } from '../../src/model/examples/example.ts'
import { runCommand, unpack, type Workspace } from '../../src/model/examples/workspace.ts'
import { connect as connectToKafka } from '../kafka/client.ts'
import { markEnds, readToEnds } from '../kafka/ends.ts'
import { describeWith } from '../tools/describe-with.ts'
import { handleUntil } from '../tools/handle-until.ts'
import { installCached } from '../tools/install-cached.ts'

const guide = readFileSync(
  join(root, 'content/guides/lean-bus/outgrowing-the-lean-bus.mdx'),
  'utf8',
)
const runtime = thisNode()
const examples = { lean: 'lean-bus', kafka: 'kafka' }

/** Lists the code blocks of the guide in a language, in order. */
const listBlocks = (language: string) =>
  Array.from(
    guide.matchAll(RegExp(`^\`\`\`${language}\n(.*?)\n\`\`\`$`, 'gms')),
    ([, it = '']) => it,
  )

const [installLine = '', inspect = '', load = ''] = listBlocks('sh')
const [open = ''] = listBlocks('ts')

/** Runs a shell line. Resolves with its stdout. */
async function shell(line: string, cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const environment = { ...environmentOf(runtime), ...env }
  const { stdout } = await execa(line, { shell: true, cwd, env: environment, extendEnv: false })
  return stdout
}

describeWith('Outgrowing the lean bus', findJava(), (java) => {
  let kafka: Kafka
  let lean: Workspace
  let cluster: Workspace
  beforeAll(async () => {
    ;[kafka, lean, cluster] = await Promise.all([
      startKafka({ java }),
      unpack(readExample(examples.lean)),
      installCached(readExample(examples.kafka)),
    ])
  })
  afterAll(async () => {
    for (const one of [kafka, lean, cluster]) await one?.[Symbol.asyncDispose]()
  })

  /** Creates a lean-bus starter with the files of the Kafka example, and a program with the line of the guide that opens the bus. */
  async function createOutgrown(): Promise<string> {
    const moved = await unpack(readExample(examples.lean))
    onTestFinished(() => moved[Symbol.asyncDispose]())
    const { directory } = moved
    for (const name of ['bus', 'fenced-commit', 'retry', 'settings', 'errors', 'topics']) {
      const path = `src/${name}.ts`
      await copyFile(join(cluster.directory, path), join(directory, path))
    }
    const program = `import { connect } from './bus.ts'
import { runDemo } from './service/demo.ts'
import { readSettings } from './settings.ts'
import { createTimeline } from './service/timeline.ts'
import { createTopics } from './topics.ts'

const settings = readSettings(process.env, ['127.0.0.1:9092'])
await createTopics(settings, ['orders', 'orders.dlq'])
${open}
const { shipped, totals } = await runDemo(bus, createTimeline(console.log))
console.log(\`shipped \${shipped.size}, replayed \${totals.size}\`)
await bus.close()
`
    const [broker = ''] = kafka.brokers
    await writeFile(join(directory, 'src/program.ts'), program.replaceAll('127.0.0.1:9092', broker))
    const config = { extends: './tsconfig.json', include: [], files: ['src/program.ts'] }
    await writeFile(join(directory, 'tsconfig.program.json'), JSON.stringify(config))
    // The lockfile of the Kafka example pins each package of the dependency.
    const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as object
    const { dependencies } = JSON.parse(
      await readFile(join(cluster.directory, 'package.json'), 'utf8'),
    ) as { dependencies: Record<string, string> }
    await writeFile(join(directory, 'package.json'), JSON.stringify({ ...manifest, dependencies }))
    await copyFile(
      join(cluster.directory, 'package-lock.json'),
      join(directory, 'package-lock.json'),
    )
    const [[name, version] = []] = Object.entries(dependencies)
    expect(installLine).toBe(`npm install ${name}@${version}`)
    await runCommand('npm ci', directory, runtime)
    return directory
  }

  test('the lean-bus starter with the files of the Kafka example compiles without the broker, and its demo runs on Kafka', async () => {
    const directory = await createOutgrown()
    const tsc = 'node_modules/.bin/tsc -p tsconfig.program.json'
    const listed = await shell(`${tsc} --noEmit --listFiles`, directory)
    const needed = Array.from(
      listed.matchAll(/\/src\/([\w/-]+)\.ts$/gm),
      ([, name]) => `${name}.ts`,
    )
    expect(needed.sort()).toEqual(
      [
        ...['bus.ts', 'fenced-commit.ts', 'retry.ts', 'errors.ts', 'settings.ts', 'topics.ts'],
        ...['analytics', 'dead-letters', 'demo', 'orders'].map((name) => `service/${name}.ts`),
        ...['port.ts', 'program.ts', 'service/shipping.ts', 'service/timeline.ts'],
      ].sort(),
    )
    for (const file of await readdir(join(directory, 'src'), { recursive: true })) {
      if (file.endsWith('.ts') && !needed.includes(file)) await rm(join(directory, 'src', file))
    }
    const output = await shell('node src/program.ts', directory)
    expect(output).toMatch(/shipping +shipped/)
    expect(output.trimEnd().split('\n').at(-1)).toBe('shipped 4, replayed 4')
  })

  test('the history of a lean bus moves to Kafka, and each group continues with the records that it has not handled', async () => {
    const topic = 'history'
    const folder = await createDataDir()
    onTestFinished(() => folder[Symbol.asyncDispose]())
    const dataDir = join(folder.path, 'data')
    const broker = await startLeanBroker(
      { directory: lean.directory, argv: ['node', 'src/main.ts'], runtime },
      { dataDir },
    )
    const settings = { host: '127.0.0.1', port: broker.port }
    await createTopics(settings, [topic, 'orders', 'orders.dlq'])
    const bus = await connect(settings)
    await runDemo(
      bus,
      createTimeline(() => {}),
    )
    const records = Array.from({ length: 300 }, (_none, index) => ({
      key: `order-${index % 7}`,
      value: new TextEncoder().encode(String(index)),
    }))
    await Promise.all(records.map((record) => bus.publish(topic, record)))
    await handle(bus, topic, 'half', 123)
    await handle(bus, topic, 'all', records.length)
    await bus.close()
    await broker.stop()

    // The lines of the guide, with another file and another address.
    const file = join(folder.path, 'log.ndjson')
    const adapt = (line: string) =>
      line.replace('/tmp/log.ndjson', file).replace('127.0.0.1:9092', kafka.brokers.join())
    await mkdir(folder.path, { recursive: true })
    await shell(adapt(inspect), lean.directory, { DATA_DIR: dataDir })
    const printed = await shell(adapt(`${load} --topic ${topic}`), cluster.directory)
    expect(printed).toContain(`${topic}: records ${records.length}, partitions 4`)

    const there = await connectToKafka({ brokers: kafka.brokers })
    onTestFinished(() => there.close())
    await markEnds(there, topic)
    const rest = await readToEnds(there, topic, 'half')
    expect(rest.map(indexOf).sort((a, b) => a - b)).toEqual(
      Array.from({ length: records.length - 123 }, (_none, index) => 123 + index),
    )
    for (const [key, ofKey] of Map.groupBy(rest, ({ key }) => String(key))) {
      const indices = ofKey.map(indexOf)
      expect(indices, key).toEqual(indices.toSorted((a, b) => a - b))
    }
    expect(await readToEnds(there, topic, 'all')).toEqual([])
  })
})

const indexOf = ({ value }: BusRecord) => Number(String(value))

/** Handles and commits a number of records as a member of the group. */
async function handle(bus: Bus, topic: string, group: string, count: number): Promise<void> {
  let handled = 0
  await handleUntil(bus, { topic, group }, async (_record, commit) => {
    if (handled < count) {
      await commit()
      handled++
    }
    return handled === count
  })
}
