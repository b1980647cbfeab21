import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf, runtimesOf, type Runtime } from '../../contracts/process/runtimes.ts'
import { findSchemathesis } from '../../scripts/find.ts'
import { root } from '../../scripts/program.mjs'
import { examplesOf } from '../../src/model/examples/example.ts'
import type { Workspace } from '../../src/model/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { installCached } from '../tools/install-cached.ts'
import { mutate } from './mutate.ts'

/** How long Schemathesis sends requests to one example, in s. */
const duration = 30

describeWith('Schemathesis', findSchemathesis(), (schemathesis) => {
  describe.each(examplesOf('http'))('$id', (example) => {
    const { argv, runtime: toolchain } = example.manifest
    for (const found of runtimesOf(toolchain).slice(-1)) {
      describeWith(found.name, found, (path) => {
        const runtime = { ...found, path }
        let workspace: Workspace

        beforeAll(async () => {
          workspace = await installCached(example)
        })
        afterAll(() => workspace[Symbol.asyncDispose]())

        test(`Schemathesis finds no answer of ${example.id} that its OpenAPI document rules out`, async () => {
          const { output, exitCode } = await run(workspace.directory, runtime)
          expect(exitCode, output).toBe(0)
          expect(output).toMatch(/Tested: 5/)
        })

        if (example.id !== 'express') return
        test('Schemathesis finds an order that is accepted against the document', async () => {
          const directory = await mutate(example.id, workspace.directory, {
            fault: 'any order is accepted',
            file: 'src/app.ts',
            from: 'store.add(parse(NewOrder, req.body))',
            to: 'store.add(req.body)',
          })
          const { output, exitCode } = await run(directory, runtime)
          expect(exitCode, output).toBe(1)
          expect(output).toContain('POST /orders')
        })
      })
    }

    /** Starts the example and sends it requests that are made from its document. */
    async function run(directory: string, runtime: Runtime) {
      const env = { ...environmentOf(runtime), LOG_LEVEL: 'silent' }
      await using program = await startProgram({ argv, directory, env })
      const settings = join(root, 'tests/contract/schemathesis')
      const { all, exitCode } = await execa(
        schemathesis,
        [
          ...['--config-file', join(settings, 'schemathesis.toml')],
          ...['run', `${program.url.origin}/openapi.json`],
          ...['--max-time', String(duration), '--max-failures', '1'],
        ],
        {
          // Schemathesis remembers failures in the folder where it runs.
          cwd: directory,
          env: { SCHEMATHESIS_HOOKS: join(settings, 'hooks.py') },
          all: true,
          reject: false,
        },
      )
      return { output: all, exitCode }
    }
  })
})
