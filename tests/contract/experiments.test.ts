import { describe, expect, test } from 'vitest'
import { defaultRuntime } from '../../contracts/process/runtimes.ts'
import { experiments } from '../../lab/experiments/list.ts'
import { experimentRecord } from '../../lab/experiments/record.ts'
import { runExperiments } from '../../lab/experiments/run.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { runCommand, unpack } from '../../src/model/examples/workspace.ts'

describe.each(Object.entries(experiments))('experiments on %s', (id, list) => {
  const example = readExample(id)
  const record = experimentRecord(id).read()
  const again = 'Run "npm run lab -- experiments --record" and review the changes.'

  test('the recorded experiments match the files of the example', () => {
    expect(record?.hash, again).toBe(example.hash)
  })

  // Cargo may have to compile the packages of axum first.
  const timeout = example.manifest.runtime === 'cargo' ? 600_000 : undefined
  const runAgain = async () => {
    await using workspace = await unpack(example)
    const { directory } = workspace
    const { argv, commands } = example.manifest
    const runtime = defaultRuntime(example.manifest.runtime)
    await runCommand(commands.install, directory, runtime)
    const outcomes = await runExperiments(list, { directory, argv, runtime })
    expect(outcomes, again).toEqual(record?.outcomes)
  }
  test('the experiments have the recorded outcomes', runAgain, timeout)
})
