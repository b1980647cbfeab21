import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectionProbes } from '../../contracts/http/probes/connections.ts'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import { runContract } from '../../contracts/run.ts'
import { root } from '../../scripts/program.mjs'
import { readExample } from '../../src/model/examples/example.ts'
import { installCached } from '../tools/install-cached.ts'
import { mutate } from './mutate.ts'

test('the lines that the guide adds to Express refuse a body that is too large before it arrives', async () => {
  const guide = readFileSync(join(root, 'content/guides/default-behavior.mdx'), 'utf8')
  const [, lines = ''] = /^```ts\n(.*?)^```$/ms.exec(guide) ?? []
  const example = readExample('express')
  await using workspace = await installCached(example)
  const parser = '  const json = express.json('
  const directory = await mutate(example.id, workspace.directory, {
    fault: 'large bodies are refused',
    file: 'src/app.ts',
    from: parser,
    to: lines + parser,
  })
  await using program = await startProgram({
    argv: example.manifest.argv,
    directory,
    env: environmentOf(thisNode()),
  })
  const { probes } = await runContract({ checks: [], probes: connectionProbes }, program)
  const answers = Object.fromEntries(probes.map(({ name, answer }) => [name, answer]))
  expect(answers).toMatchObject({
    'a Content-Length of 100,000,000, before the body': '413 application/problem+json',
    'chunks of 70,000 bytes, before the last one': '411 application/problem+json',
    'a body of 16 MiB from a client that reads once it has sent it':
      'a reset while it sends, no answer',
    'a request that began before SIGTERM and ends after it': '200 application/json',
  })
})
