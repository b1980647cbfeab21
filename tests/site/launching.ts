/** What the tests of the ways from a guide to a running example share. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { inject, onTestFinished } from 'vitest'
import { readExamples, type Example } from '../../src/model/examples/example.ts'
import { emptyWorkspace } from '../../src/model/examples/workspace.ts'

const site = inject('site')

/** The examples that can be launched and copied. */
export const examples = readExamples().filter(({ manifest }) => manifest.runs.stackblitz === true)

/** What StackBlitz would have been sent: the address with its options, and the form's fields. */
export interface Sent {
  readonly address: URL
  readonly fields: Record<string, string>
}

/** An empty folder that is gone when the test is over. */
export async function emptyFolder(): Promise<string> {
  const workspace = await emptyWorkspace()
  onTestFinished(() => workspace[Symbol.asyncDispose]())
  return workspace.directory
}

export interface OpenGuide {
  readonly context: BrowserContext
  readonly page: Page
  /** The paths of all requests so far. */
  readonly requests: readonly string[]
}

/** Opens the guide to an example in a context of its own, and waits until its network is quiet. */
export async function openGuide(
  browser: Browser,
  { manifest }: Example,
  options: BrowserContextOptions = {},
): Promise<OpenGuide> {
  const context = await browser.newContext(options)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const requests: string[] = []
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  await page.goto(`${site.origin}${manifest.guide}`, { waitUntil: 'networkidle' })
  return { context, page, requests }
}

/** The button of the guide. */
export const button = (page: Page) => page.getByRole('link', { name: 'Open in StackBlitz' }).first()

/** A press opens StackBlitz itself as soon as the link says so. */
export const ready = (page: Page) => page.locator('a[title*="new tab"]').first().waitFor()

/** Answers in place of StackBlitz, and resolves with the form that the browser posts to it. */
export function capture(context: BrowserContext): Promise<Sent> {
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
export function filesOf({ fields }: Sent): Record<string, string> {
  const files: Record<string, string> = {}
  for (const [name, value] of Object.entries(fields)) {
    const path = /^project\[files\]\[(.*)\]$/s.exec(name)?.[1]
    if (path !== undefined) files[path.replaceAll('%5B', '[').replaceAll('%5D', ']')] = value
  }
  return files
}

export function writeTexts(files: Record<string, string>, folder: string): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

export function readBack({ files }: Example, folder: string): Record<string, string | undefined> {
  return Object.fromEntries(
    files.map(({ path }) => [
      path,
      existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined,
    ]),
  )
}

/** The program at the end of a shell line, without the shell: `build && DATA_DIR=data node main.js`. */
export function programOf(line: string): { argv: string[]; env: Record<string, string> } {
  const words = line.split(' && ').at(-1)?.split(' ') ?? []
  const isSetting = (word: string) => /^\w+=/.test(word)
  const settings = words.slice(
    0,
    words.findIndex((word) => !isSetting(word)),
  )
  return {
    argv: words.slice(settings.length),
    env: Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s).slice(0, 2))),
  }
}
