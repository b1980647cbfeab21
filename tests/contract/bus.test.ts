import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { busCheckNames, runBusContract, type BusOptions } from '../../contracts/bus-run.ts'
import type { ContractResult } from '../../contracts/run.ts'
import { startProgram } from '../../contracts/program.ts'
import { environmentOf, nodeRuntimes, thisNode, type Runtime } from '../../contracts/runtimes.ts'
import { runOnFailingKafka, type FailingRun } from '../../lab/kafka/failing.ts'
import { kafkaVersion } from '../../lab/kafka/jars.ts'
import { findJava } from '../../scripts/find.ts'
import type { Run } from '../../scripts/prove.ts'
import { examplesOf, type Example } from '../../src/examples/example.ts'
import { runCommand, unpack, type Workspace } from '../../src/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { expectPassed, expectProof } from './recorded.ts'

for (const example of examplesOf('bus')) describe(example.id, () => testExample(example))

type Subject = Pick<BusOptions, 'directory' | 'argv' | 'runtime'>

function testExample(example: Example): void {
  const { commands, argv } = example.manifest
  const runs: Run[] = []
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await unpack(example)
    await runCommand(commands.install, workspace.directory, thisNode())
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  /** Runs the contract once, for a test per check. */
  const describeContract = (
    runtime: Runtime,
    beside: string,
    play: (subject: Subject) => Promise<ContractResult> = runBusContract,
  ) =>
    describe(`contract with ${beside}`, () => {
      let run: Run
      beforeAll(async () => {
        const { directory } = workspace
        run = {
          ...(await play({ directory, argv, runtime })),
          runtime: `${runtime.name}, ${beside}`,
        }
        runs.push(run)
      })
      for (const name of busCheckNames) test(name, () => expectPassed(run.checks, name))
    })

  for (const runtime of nodeRuntimes()) {
    describeWith(`on ${runtime.name}`, runtime, (path) => {
      const node = { name: runtime.name, path }
      test(`passes its own tests: ${commands.test}`, () =>
        runCommand(commands.test, workspace.directory, node))
      describeContract(node, 'dev broker')
    })
  }

  describeWith('with Kafka that restarts in the middle', findJava(), (java) => {
    for (const runtime of nodeRuntimes()) {
      describeWith(`on ${runtime.name}`, runtime, (path) => {
        let failing: FailingRun
        const node = { name: runtime.name, path }
        describeContract(node, `Kafka ${kafkaVersion}`, async (subject) => {
          failing = await runOnFailingKafka({ ...subject, java, count: 1 })
          return failing
        })
        test('nothing that was acknowledged is lost', () => {
          expect(failing.lost).toEqual([])
          expect(failing.acknowledged).toBeGreaterThan(100)
        })
      })
    }
  })

  test(`starts as shown to readers: ${commands.start}`, async () => {
    const { directory } = workspace
    await using program = await startProgram({
      argv: ['sh', '-c', commands.start],
      directory,
      env: environmentOf(thisNode()),
    })
    expect((await program.target.fetch('/health')).status).toBe(200)
  })

  test('the proof says of these very files what came of these runs', ({ skip }) => {
    expectProof(example, runs, skip)
  })

  test('meets the contract without optional packages too', async () => {
    await using bare = await unpack(example)
    const { directory } = bare
    await runCommand('npm ci --omit=optional', directory, thisNode())
    await runCommand(commands.test, directory, thisNode())
    const { checks } = await runBusContract({ directory, argv, runtime: thisNode() })
    expect(checks.filter(({ passed }) => !passed)).toEqual([])
  })
}
