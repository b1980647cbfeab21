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

  test.each(copyable.map((example) => ({ id: example.id, example })))(
    'both archives of $id have the published checksum, and they and the copied shell line give the published files',
    async ({ id, example }) => {
      const context = await newContext()
      const { page } = await openGuide(context, example)
      await showStarter(page)
      for (const [format, unpack] of [
        ['zip', 'unzip -q'],
        ['tar.gz', 'tar -xzf'],
      ] as const) {
        const name = `${id}.${format}`
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name, exact: true }).first().click(),
        ])
        const folder = await emptyFolder()
        await download.saveAs(join(folder, name))
        const sums = `curl -fsS ${site.origin}/starters/SHA256SUMS`
        await runCommand(`${sums} | grep ' ${name}$' | sha256sum --check`, folder, node)
        await runCommand(`${unpack} ${name}`, folder, node)
        expect(readBack(example, join(folder, id)), name).toEqual(publishedFiles(example))
      }

      await context.grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.getByRole('button', { name: 'Copy' }).first().click()
      await page.getByRole('button', { name: 'Copied' }).waitFor()
      const line = (await page.evaluate('navigator.clipboard.readText()')) as string
      const { install, start } = example.manifest.commands
      const end = ` && cd ${id} && ${install} && ${start}`
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
      expect(readBack(example, join(folder, id)), line).toEqual(publishedFiles(example))
    },
  )
})
