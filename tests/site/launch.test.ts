import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { checks as processChecks } from '../../contracts/http-process.ts'
import { checks, edges, record } from '../../contracts/http.ts'
import { startProgram } from '../../contracts/program.ts'
import { runChecks, runContract } from '../../contracts/run.ts'
import { environmentOf, nodeRuntimes, thisNode } from '../../contracts/runtimes.ts'
import { readExamples, type Example } from '../../src/examples/example.ts'
import { formFields, payload } from '../../src/examples/payload.ts'
import { emptyWorkspace, runCommand } from '../../src/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { findChromium } from '../tools/find.ts'
import { chromiumOptions } from './browser.ts'

const site = inject('site')
const examples = readExamples().filter(({ manifest }) => manifest.runs.stackblitz === true)

/** What StackBlitz would have been sent: the address with its options, and the form's fields. */
interface Sent {
  readonly address: URL
  readonly fields: Record<string, string>
}

/** An empty folder that is gone when the test is over. */
async function emptyFolder(): Promise<string> {
  const workspace = await emptyWorkspace()
  onTestFinished(() => workspace[Symbol.asyncDispose]())
  return workspace.directory
}

/**
 * Runs the whole contract against a service that is started by a shell line, and the checks that send signals against the
 * program itself: what failed, with the reason.
 */
async function failuresOf(
  line: string,
  program: readonly string[],
  directory: string,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  await using service = await startProgram({ argv: ['sh', '-c', line], directory, env })
  const { checks: results } = await runContract({ checks, edges }, record(service.target))
  const start = (more: NodeJS.ProcessEnv = {}) =>
    startProgram({ argv: program, directory, env: { ...env, ...more } })
  const processResults = await runChecks(processChecks, { start })
  return [...results, ...processResults]
    .filter(({ passed }) => !passed)
    .map(({ name, error }) => `${name}: ${error}`)
}

/** Answers in place of StackBlitz, and resolves with the form that the browser posts to it. */
function capture(context: BrowserContext): Promise<Sent> {
  return new Promise((resolve) => {
    void context.route('https://stackblitz.com/**', async (route) => {
      const request = route.request()
      await route.fulfill({ contentType: 'text/html', body: '<title>Captured</title>' })
      if (request.method() !== 'POST') return
      const entries = [...new URLSearchParams(request.postData() ?? '')]
      resolve({
        address: new URL(request.url()),
        // A form is sent with CRLF at the end of every line (HTML, "constructing the entry list").
        fields: Object.fromEntries(
          entries.map(([name, value]) => [name, value.replaceAll('\r\n', '\n')]),
        ),
      })
    })
  })
}

/** The files of a captured form, as StackBlitz names them. */
function filesOf({ fields }: Sent): Record<string, string> {
  const files: Record<string, string> = {}
  for (const [name, value] of Object.entries(fields)) {
    const path = /^project\[files\]\[(.*)\]$/s.exec(name)?.[1]
    if (path !== undefined) files[path.replaceAll('%5B', '[').replaceAll('%5D', ']')] = value
  }
  return files
}

function writeTexts(files: Record<string, string>, folder: string): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

function readBack({ files }: Example, folder: string): Record<string, string | undefined> {
  return Object.fromEntries(
    files.map(({ path }) => [
      path,
      existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined,
    ]),
  )
}

describeWith('Chromium', findChromium(), (path) => {
  let browser: Awaited<ReturnType<typeof chromium.launch>>
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  describe.each(examples)('$id', (example) => {
    const { commands, guide } = example.manifest
    const published = Object.fromEntries(example.files.map(({ path, text }) => [path, text]))

    async function openGuide(options: Parameters<typeof browser.newContext>[0] = {}) {
      const context = await browser.newContext(options)
      onTestFinished(() => context.close())
      const page = await context.newPage()
      const requests: string[] = []
      page.on('request', (request) => requests.push(new URL(request.url()).pathname))
      await page.goto(`${site.origin}${guide}`, { waitUntil: 'networkidle' })
      return { context, page, requests }
    }

    const button = (page: Page) => page.getByRole('link', { name: 'Open in StackBlitz' }).first()
    const isPayload = (requested: string) => requested.endsWith('/payload.json')

    /** A press opens StackBlitz itself as soon as the link says so. */
    const ready = (page: Page) => page.locator('a[title*="new tab"]').first().waitFor()

    /** Both ways lead to StackBlitz with the same project. */
    function expectProject(sent: Sent): void {
      expect(sent.address.origin + sent.address.pathname).toBe('https://stackblitz.com/run')
      expect(sent.address.searchParams.get('file')).toBe(example.manifest.open)
      expect(sent.fields).toEqual(Object.fromEntries(formFields(payload(example))))
      expect(filesOf(sent)).toEqual(published)
    }

    describe('Open in StackBlitz', () => {
      test('one press opens a new tab with the project, without leaving the guide', async () => {
        const { context, page, requests } = await openGuide()
        expect(requests.filter(isPayload), 'before the pointer comes near').toEqual([])
        const sent = capture(context)
        await button(page).hover()
        await ready(page)
        await button(page).click()
        expectProject(await sent)
        expect(new URL(page.url()).pathname).toBe(guide)
      })

      test('by keyboard too', async () => {
        const { context, page } = await openGuide()
        const sent = capture(context)
        await button(page).focus()
        await ready(page)
        await page.keyboard.press('Enter')
        expectProject(await sent)
      })

      test('without JavaScript the link leads to a form that sends the same', async () => {
        const { context, page } = await openGuide({ javaScriptEnabled: false })
        const sent = capture(context)
        await button(page).click()
        expect(new URL(page.url()).pathname).toBe(`/open/${example.id}/`)
        await page.getByRole('button', { name: 'Send to StackBlitz' }).click()
        expectProject(await sent)
      })

      test('while the project is slow to come the link leads to the form', async () => {
        const { context, page } = await openGuide()
        await context.route('**/payload.json', () => undefined)
        const sent = capture(context)
        await button(page).click()
        await page.waitForURL(`**/open/${example.id}/`)
        await page.getByRole('button', { name: 'Send to StackBlitz' }).click()
        expectProject(await sent)
      })

      test('when the project cannot be had the link leads to the form', async () => {
        const { context, page } = await openGuide()
        await context.route('**/payload.json', (route) => route.fulfill({ status: 503 }))
        await button(page).click()
        await page.waitForURL(`**/open/${example.id}/`)
      })

      test('with Save-Data nothing is fetched ahead', async () => {
        const { context, page, requests } = await openGuide()
        await context.addInitScript(
          'Object.defineProperty(navigator, "connection", { value: { saveData: true } })',
        )
        await page.reload({ waitUntil: 'networkidle' })
        await button(page).hover()
        await button(page).click()
        await page.waitForURL(`**/open/${example.id}/`)
        expect(requests.filter(isPayload)).toEqual([])
      })
    })

    const [stackBlitzNode] = nodeRuntimes()
    describeWith(`what StackBlitz gets, on ${stackBlitzNode.name}`, stackBlitzNode, (node) => {
      const runtime = { name: stackBlitzNode.name, path: node }

      test.each([
        ['as it is', {}],
        ['without type stripping', { NODE_OPTIONS: '--no-experimental-strip-types' }],
      ])('installs, starts as pinned and meets the contract, %s', async (_, options) => {
        const { context, page } = await openGuide()
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
        expect(await failuresOf(startCommand, program, folder, env)).toEqual([])
      })
    })

    describe('Copy starter', () => {
      const node = thisNode()
      const { argv } = example.manifest

      test.each([
        ['zip', (file: string) => `unzip -q ${file}`],
        ['tar.gz', (file: string) => `tar -xzf ${file}`],
      ])(
        'the %s is what the checksum says, installs, passes its tests, starts and meets the contract',
        async (format, unpack) => {
          const { page } = await openGuide()
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
          const starter = join(folder, example.id)
          expect(readBack(example, starter)).toEqual(published)
          await runCommand(commands.install, starter, node)
          await runCommand(commands.test, starter, node)
          expect(await failuresOf(commands.start, argv, starter, environmentOf(node))).toEqual([])
        },
      )

      test('the copied shell line does it all, as it stands', async () => {
        const { context, page } = await openGuide()
        await context.grantPermissions(['clipboard-read', 'clipboard-write'])
        await page.getByText('Copy starter').first().click()
        await page.getByRole('button', { name: 'Copy' }).first().click()
        await page.getByRole('button', { name: 'Copied' }).waitFor()
        const line = (await page.evaluate('navigator.clipboard.readText()')) as string
        expect(line).toContain(commands.install)
        const folder = await emptyFolder()
        await using service = await startProgram({
          argv: ['sh', '-c', line],
          directory: folder,
          env: environmentOf(node),
        })
        const { checks: results } = await runContract({ checks, edges }, record(service.target))
        expect(results.filter(({ passed }) => !passed)).toEqual([])
        expect(readBack(example, join(folder, example.id))).toEqual(published)
      })
    })
  })
})
