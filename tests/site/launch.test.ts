import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checks as processChecks } from '../../contracts/http-process.ts'
import { checks, quickChecks, record } from '../../contracts/http.ts'
import { startProgram } from '../../contracts/program.ts'
import { runChecks } from '../../contracts/run.ts'
import { environmentOf, nodeRuntimes } from '../../contracts/runtimes.ts'
import { findChromium } from '../../scripts/find.ts'
import { payload } from '../../src/examples/payload.ts'
import { runCommand } from '../../src/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'
import {
  button,
  capture,
  emptyFolder,
  examples,
  filesOf,
  openGuide,
  ready,
  writeTexts,
} from './launching.ts'

describeWith('Chromium', findChromium(), (path) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  describe.each(examples)('what StackBlitz gets of $id', (example) => {
    const { commands } = example.manifest

    const [stackBlitzNode] = nodeRuntimes()
    describeWith(`on ${stackBlitzNode.name}`, stackBlitzNode, (node) => {
      const runtime = { name: stackBlitzNode.name, path: node }

      test.each([
        ['as it is', checks, {}],
        // How the sources are started has nothing to do with how many orders are kept.
        ['without type stripping', quickChecks, { NODE_OPTIONS: '--no-experimental-strip-types' }],
      ])(
        'installs, starts as pinned and meets the contract, %s',
        async (_, httpChecks, options) => {
          const { context, page } = await openGuide(browser, example)
          const sent = capture(context)
          await button(page).hover()
          await ready(page)
          await button(page).click()
          const folder = await emptyFolder()
          writeTexts(filesOf(await sent), folder)
          await runCommand('npm install', folder, runtime)
          await runCommand(commands.test, folder, runtime)
          const { startCommand } = payload(example)
          const program = startCommand.split(' && ').at(-1)?.split(' ') ?? []
          const env = { ...environmentOf(runtime), ...options }
          await using service = await startProgram({
            argv: ['sh', '-c', startCommand],
            directory: folder,
            env,
          })
          // npm passes no signals on, so the checks that send some start the program itself.
          const start = (more: NodeJS.ProcessEnv = {}) =>
            startProgram({ argv: program, directory: folder, env: { ...env, ...more } })
          const results = [
            ...(await runChecks(httpChecks, record(service.target))),
            ...(await runChecks(processChecks, { start })),
          ]
          expect(results.filter(({ passed }) => !passed)).toEqual([])
        },
      )
    })
  })
})
