import { describe, expect, test } from 'vitest'
import { runtimesOf } from '../../contracts/process/runtimes.ts'
import { experiments } from '../../lab/experiments/list.ts'
import { experimentRecord } from '../../lab/experiments/record.ts'
import { runExperiments } from '../../lab/experiments/run.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { describeWith } from '../tools/describe-with.ts'
import { installCached } from '../tools/install-cached.ts'

describe.each(Object.entries(experiments))('experiments on %s', (id, list) => {
  const example = readExample(id)
  const record = experimentRecord(id).read()
  const again = 'Run "npm run lab -- experiments --record" and review the changes.'

  test('the recorded experiments match the files of the example', () => {
    expect(record?.hash, again).toBe(example.hash)
  })

  const { argv, runtime: toolchain } = example.manifest
  for (const found of runtimesOf(toolchain).slice(-1)) {
    describeWith(`on ${found.name}`, found, (path) => {
      const runAgain = async () => {
        await using workspace = await installCached(example)
        const { directory } = workspace
        const runtime = { ...found, path }
        const outcomes = await runExperiments(list, { directory, argv, runtime })
        expect(outcomes, again).toEqual(record?.outcomes)
      }
      // Cargo may have to compile the packages of axum first.
      const timeout = toolchain === 'cargo' ? 600_000 : undefined
      test('the experiments have the recorded outcomes', runAgain, timeout)
    })
  }
})
