import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import type { Example } from '../../src/model/examples/example.ts'
import { runCommand } from '../../src/model/examples/workspace.ts'
import { describeInChromium } from '../tools/browsers.ts'
import { copyable, emptyFolder, openGuide, readBack, showStarter } from './launching.ts'

const site = inject('site')

describeInChromium(({ newContext }) => {
  const node = thisNode()

  // The contract and the example's own tests run on exactly these bytes in tests/contract.
  const publishedFiles = ({ files }: Example) =>
    Object.fromEntries(files.map(({ path, text }) => [path, text]))

  test.each(
    copyable.flatMap((example) => [
      { id: example.id, example, format: 'zip', unpack: 'unzip -q' },
      { id: example.id, example, format: 'tar.gz', unpack: 'tar -xzf' },
    ]),
  )(
    'the $format of $id has the published checksum and holds the published files',
    async ({ example, format, unpack }) => {
      const { page } = await openGuide(await newContext(), example)
      await showStarter(page)
      const name = `${example.id}.${format}`
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name, exact: true }).first().click(),
      ])
      const folder = await emptyFolder()
      await download.saveAs(join(folder, name))
      const sums = `curl -fsS ${site.origin}/starters/SHA256SUMS`
      await runCommand(`${sums} | grep ' ${name}$' | sha256sum --check`, folder, node)
      await runCommand(`${unpack} ${name}`, folder, node)
      expect(readBack(example, join(folder, example.id))).toEqual(publishedFiles(example))
    },
  )

  test.each(copyable.map((example) => ({ id: example.id, example })))(
    'the copied shell line of $id downloads, installs and starts the published files',
    async ({ id, example }) => {
      const context = await newContext()
      const { page } = await openGuide(context, example)
      await context.grantPermissions(['clipboard-read', 'clipboard-write'])
      await showStarter(page)
      await page.getByRole('button', { name: 'Copy' }).first().click()
      await page.getByRole('button', { name: 'Copied' }).waitFor()
      const line = (await page.evaluate('navigator.clipboard.readText()')) as string
      const { install, start } = example.manifest.commands
      const end = ` && cd ${example.id} && ${install} && ${start}`
      expect(line.endsWith(end), line).toBe(true)

      const folder = await emptyFolder()
      if (id === 'express') {
        await using service = await startProgram({
          argv: ['sh', '-c', line],
          directory: folder,
          env: environmentOf(node),
        })
        expect((await service.target.fetch('/health')).status).toBe(200)
      } else {
        // tests/contract runs both commands on the files that are compared here.
        await runCommand(line.slice(0, -end.length), folder, node)
      }
      expect(readBack(example, join(folder, example.id))).toEqual(publishedFiles(example))
    },
  )
})
