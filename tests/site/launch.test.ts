import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf, nodeRuntimes } from '../../contracts/process/runtimes.ts'
import { findChromium } from '../../scripts/find.ts'
import { stackblitzPayload } from '../../src/model/examples/stackblitz-payload.ts'
import { runCommand } from '../../src/model/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'
import { whole } from './held.ts'
import {
  button,
  capture,
  emptyFolder,
  examples,
  filesOf,
  openGuide,
  programOf,
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

      test('installs, starts as pinned and meets the contract, and starts without type stripping', async () => {
        const { context, page } = await openGuide(browser, example)
        const sent = capture(context)
        await button(page).hover()
        await ready(page)
        await button(page).click()
        const folder = await emptyFolder()
        writeTexts(filesOf(await sent), folder)
        await runCommand('npm install', folder, runtime)
        await runCommand(commands.test, folder, runtime)
        const { startCommand } = stackblitzPayload(example)
        const { argv, env } = programOf(startCommand)
        const start = (more: Record<string, string>) =>
          startProgram({
            argv: ['sh', '-c', startCommand],
            directory: folder,
            env: { ...environmentOf(runtime), ...more },
          })
        {
          await using service = await start({})
          const program = { service, directory: folder, argv, runtime, env }
          const results = await whole(example.manifest, program)
          expect(results.filter(({ passed }) => !passed)).toEqual([])
        }
        await using plain = await start({ NODE_OPTIONS: '--no-experimental-strip-types' })
        expect((await plain.target.fetch('/health')).status).toBe(200)
      })
    })
  })
})
