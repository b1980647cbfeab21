import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import { findChromium } from '../../scripts/find.ts'
import { runCommand } from '../../src/model/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'
import { quick } from './held.ts'
import { emptyFolder, examples, openGuide, readBack } from './launching.ts'

const site = inject('site')

describeWith('Chromium', findChromium(), (path) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  describe.each(examples)('$id: Copy starter', (example) => {
    const { argv, commands, contract } = example.manifest
    // What has these bytes passes its tests and meets the contract: the tests of the contract see to that.
    const published = Object.fromEntries(example.files.map(({ path, text }) => [path, text]))
    const node = thisNode()
    const env = environmentOf(node)

    /** Starts a copy by a shell line, and gives what of the contract it does not meet. What takes long is left to its tests. */
    async function failuresOf(line: string, folder: string, directory: string) {
      await using service = await startProgram({ argv: ['sh', '-c', line], directory: folder, env })
      const results = await quick[contract]({ service, directory, argv, runtime: node })
      return results.filter(({ passed }) => !passed)
    }

    test.each([
      ['zip', (file: string) => `unzip -q ${file}`],
      ['tar.gz', (file: string) => `tar -xzf ${file}`],
    ])(
      'the %s is what the checksum says, and holds the files of the example',
      async (format, unpack) => {
        const { page } = await openGuide(browser, example)
        await page.getByText('Copy starter').first().click()
        const name = `${example.id}.${format}`
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name, exact: true }).first().click(),
        ])
        const folder = await emptyFolder()
        await download.saveAs(join(folder, name))
        const sums = `curl -fsS ${site.origin}/starters/SHA256SUMS`
        await runCommand(`${sums} | grep ' ${name}$' | sha256sum --check`, folder, node)
        await runCommand(unpack(name), folder, node)
        expect(readBack(example, join(folder, example.id))).toEqual(published)
      },
    )

    test('the copied shell line downloads, installs and starts what meets the contract, as it stands', async () => {
      const { context, page } = await openGuide(browser, example)
      await context.grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.getByText('Copy starter').first().click()
      await page.getByRole('button', { name: 'Copy' }).first().click()
      await page.getByRole('button', { name: 'Copied' }).waitFor()
      const line = (await page.evaluate('navigator.clipboard.readText()')) as string
      expect(line).toContain(commands.install)
      const folder = await emptyFolder()
      expect(await failuresOf(line, folder, join(folder, example.id))).toEqual([])
      expect(readBack(example, join(folder, example.id))).toEqual(published)
      await runCommand(commands.test, join(folder, example.id), node)
    })
  })
})
