import { execa } from 'execa'
import { duplexPair } from 'node:stream'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Bus } from '../../contracts/bus/port.ts'
import { describeContent, shapes } from '../../contracts/bus/scenes/shapes.ts'
import { thisNode } from '../../contracts/process/runtimes.ts'
import { readLines } from '../../examples/kafka/import/lines.ts'
import { openBroker } from '../../examples/lean-bus/src/broker/broker.ts'
import { connect } from '../../examples/lean-bus/src/bus.ts'
import { createTopics } from '../../examples/lean-bus/src/client/topics.ts'
import { diskFolder } from '../../examples/lean-bus/src/log/files.ts'
import { exampleSource } from '../../lab/lean-bus.ts'
import { temporaryDataDir } from './tools/test-broker.ts'

test('the import to Kafka reads records of every shape from inspect --json, byte for byte', async () => {
  const dataDir = temporaryDataDir()
  const broker = await openBroker(await diskFolder(dataDir))
  const open = async () => {
    const [clientEnd, brokerEnd] = duplexPair()
    broker.accept(brokerEnd)
    return clientEnd
  }
  await createTopics(open, ['orders'])
  const bus: Bus = await connect(open)
  await Promise.all(shapes.map((record) => bus.publish('orders', record)))
  await bus.close()
  await broker.close()

  const inspect = (...args: string[]) =>
    execa(thisNode().path, [join(exampleSource, 'cli/inspect.ts'), ...args], {
      env: { DATA_DIR: dataDir },
    })
  const { stdout } = await inspect('--json')
  const contents = []
  for await (const line of readLines(toChunks(stdout))) {
    if (line.type === 'record') contents.push(describeContent(line))
  }
  expect(contents).toEqual(shapes.map(describeContent))
  expect((await inspect()).stdout).toMatch(/ {2}tombstone {2}\(null\)$/m)
})

async function* toChunks(text: string) {
  yield text
}
