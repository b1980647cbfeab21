import { afterAll, beforeAll, expect, test } from 'vitest'
import { checks as scenes } from '../../contracts/bus/index.ts'
import { runScenes } from '../../contracts/bus/run.ts'
import { thisNode } from '../../contracts/process/runtimes.ts'
import { runOnFailingKafka } from '../../lab/failing-brokers/kafka.ts'
import { findJava } from '../../scripts/find.ts'
import { readExample } from '../../src/model/examples/example.ts'
import type { Workspace } from '../../src/model/examples/workspace.ts'
import { withCompileCache } from '../tools/compile-cache.ts'
import { describeWith } from '../tools/describe-with.ts'
import { installCached } from '../tools/install-cached.ts'

describeWith(
  'the Kafka example on three brokers, of which one is killed and restarted',
  findJava(),
  (java) => {
    const example = readExample('kafka')
    const { argv } = example.manifest
    let workspace: Workspace
    beforeAll(async () => {
      workspace = await installCached(example)
    })
    afterAll(() => workspace[Symbol.asyncDispose]())

    // tests/contract runs the whole contract with one broker, which restarts.
    test(
      'the example passes the scenes of its contract and loses no acknowledged record while a broker restarts',
      { timeout: 240_000 },
      async () => {
        const { directory } = workspace
        const run = await runOnFailingKafka({
          java,
          count: 3,
          directory,
          argv,
          runtime: withCompileCache(thisNode(), directory),
          run: async (options) => ({ checks: await runScenes({ ...options, scenes }), probes: [] }),
        })
        expect(run.checks.filter(({ passed }) => !passed)).toEqual([])
        expect(run.lost).toEqual([])
        expect(run.acknowledged).toBeGreaterThan(100)
      },
    )
  },
)
