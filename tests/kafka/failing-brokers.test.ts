import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeRuntimes } from '../../contracts/process/runtimes.ts'
import { runOnFailingKafka } from '../../lab/failing-brokers/kafka.ts'
import { findJava } from '../../scripts/find.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { install, type Workspace } from '../../src/model/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'

describeWith(
  'the Kafka example on three brokers, of which one is killed and restarted',
  findJava(),
  (java) => {
    const example = readExample('kafka')
    const { argv } = example.manifest
    let workspace: Workspace
    beforeAll(async () => {
      workspace = await install(example)
    })
    afterAll(() => workspace[Symbol.asyncDispose]())

    for (const runtime of nodeRuntimes()) {
      describeWith(`on ${runtime.name}`, runtime, (path) => {
        test(
          'the example passes its contract and loses no acknowledged record while a broker restarts',
          { timeout: 240_000 },
          async () => {
            const { directory } = workspace
            const node = { name: runtime.name, path }
            const run = await runOnFailingKafka({ java, count: 3, directory, argv, runtime: node })
            expect(run.checks.filter(({ passed }) => !passed)).toEqual([])
            expect(run.lost).toEqual([])
            expect(run.acknowledged).toBeGreaterThan(100)
          },
        )
      })
    }
  },
)
