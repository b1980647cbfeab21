import { describe, expect, test } from 'vitest'
import { thisNode } from '../../contracts/process/runtimes.ts'
import { runExperiments } from '../../lab/experiments/run.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { runCommand, unpack } from '../../src/model/examples/workspace.ts'
import { examplesWithExperiments, experimentsOn, readRecord } from '../../src/lab/experiments.ts'

describe.each(examplesWithExperiments)('experiments on %s', (id) => {
  const example = readExample(id)
  const record = readRecord(id)
  const again = 'run "npm run experiments" and look at what has changed'

  test('the record is of these very files', () => {
    expect(record?.hash, again).toBe(example.hash)
  })

  test('come out as recorded', async () => {
    await using workspace = await unpack(example)
    const { directory } = workspace
    const { install } = example.manifest.commands
    await runCommand(install, directory, thisNode())
    const { argv } = example.manifest
    const outcomes = await runExperiments(experimentsOn(id), {
      directory,
      argv,
      runtime: thisNode(),
    })
    expect(outcomes, again).toEqual(record?.outcomes)
  })
})
