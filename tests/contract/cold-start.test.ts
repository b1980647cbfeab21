import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CheckResult } from '../../contracts/run.ts'
import { nodeRuntimes } from '../../contracts/process/runtimes.ts'
import { coldStartRecord, type ColdStartRun } from '../../lab/cold-start/record.ts'
import { runColdStart, startBundle } from '../../lab/cold-start/run.ts'
import { argv, example as id } from '../../lab/cold-start/sessions.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { unpack, type Workspace } from '../../src/model/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'

const example = readExample(id)
const record = coldStartRecord.read()
const again = 'Run "npm run lab -- cold-start --record" and review the changes.'

/** Counts the files in a folder and below it: 0 if there is no folder. */
function countFiles(folder: string): number {
  if (!existsSync(folder)) return 0
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).length
}

test('the cold-start record matches the files of the example', () => {
  expect(record?.hash, again).toBe(example.hash)
})

for (const tool of nodeRuntimes()) {
  describeWith(`cold start on ${tool.name}`, tool, (path) => {
    const { name } = tool
    const runtime = { name, path }
    let workspace: Workspace
    let directory: string
    let run: ColdStartRun
    let checks: readonly CheckResult[]

    beforeAll(async () => {
      workspace = await unpack(example, id)
      directory = join(workspace.directory, id)
      const result = await runColdStart(directory, runtime)
      run = result.run
      checks = result.checks
    })
    afterAll(() => workspace[Symbol.asyncDispose]())

    test('the cold-start commands shown to readers print what is recorded', () => {
      const recorded = record?.runs.find((candidate) => candidate.runtime === name)
      expect(run, again).toEqual(recorded)
    })

    test('the bundle passes the HTTP contract', () => {
      expect(checks.filter(({ passed }) => !passed)).toEqual([])
      expect(checks.length).toBeGreaterThan(0)
    })

    test('the bundle loads one module instead of hundreds', () => {
      expect(run.outputs['deploy']?.at(-1)).toMatch(/modules loaded: 1$/)
      expect(run.outputs['as-it-is']?.at(-1)).toMatch(/modules loaded: \d{3}$/)
    })

    describe('with NODE_COMPILE_CACHE', () => {
      const start = async (cache: string) => {
        const env = { NODE_COMPILE_CACHE: join(workspace.directory, cache) }
        const program = await startBundle(['node', '../deploy/main.mjs'], directory, runtime, env)
        expect((await program.target.fetch('/health')).status).toBe(200)
        return program
      }

      test('a compile cache is written by a program that exits cleanly', async () => {
        await using program = await start('exited')
        program.signal('SIGTERM')
        expect(await program.exit).toEqual({ code: 0, signal: null })
        expect(countFiles(join(workspace.directory, 'exited'))).toBe(1)
      })

      test('a compile cache is not written by a program that is killed', async () => {
        await using program = await start('killed')
        program.signal('SIGKILL')
        await program.exit
        expect(countFiles(join(workspace.directory, 'killed'))).toBe(0)
      })
    })

    test('start.mjs writes its compile cache before it answers, so that a kill does not matter', async () => {
      const cache = join(workspace.directory, 'deploy', 'cache')
      rmSync(cache, { recursive: true })
      await using program = await startBundle(argv, directory, runtime)
      expect((await program.target.fetch('/health')).status).toBe(200)
      program.signal('SIGKILL')
      await program.exit
      expect(countFiles(cache)).toBe(1)
    })
  })
}
