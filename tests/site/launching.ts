/** What the tests of "Open in StackBlitz" and "Copy starter" share. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { readExamples, type Example } from '../../src/model/examples/example.ts'
import { emptyWorkspace } from '../../src/model/examples/workspace.ts'

/** All examples. Each of them can be copied. */
export const copyable = readExamples()

/** The examples that StackBlitz can run. */
export const examples = copyable.filter(({ manifest }) => manifest.runs.stackblitz === true)

/** The examples that StackBlitz can never run, each with the reason. */
export const neverOpenable = copyable.flatMap((example) => {
  const { stackblitz } = example.manifest.runs
  return typeof stackblitz === 'object'
    ? [{ id: example.id, example, reason: stackblitz.never }]
    : []
})

/** A form that a page posted to StackBlitz. */
export interface PostedForm {
  readonly address: URL
  readonly fields: Readonly<Record<string, string>>
}

/** An empty folder that is deleted when the test finishes. */
export async function emptyFolder(): Promise<string> {
  const workspace = await emptyWorkspace()
  onTestFinished(() => workspace[Symbol.asyncDispose]())
  return workspace.directory
}

export interface OpenGuide {
  readonly page: Page
  /** The paths of all requests so far. */
  readonly requests: readonly string[]
}

/** Opens the guide to an example, and waits until its network is quiet. */
export async function openGuide(context: BrowserContext, example: Example): Promise<OpenGuide> {
  const page = await context.newPage()
  const requests: string[] = []
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  await page.goto(example.manifest.guide, { waitUntil: 'networkidle' })
  return { page, requests }
}

/** The launch button of a guide. */
export const launchButton = (page: Page) =>
  page.getByRole('link', { name: 'Open in StackBlitz' }).first()

/** Shows the ways to copy an example. Without StackBlitz they are shown from the start. */
export async function showStarter(page: Page): Promise<void> {
  const starter = page.locator('details.copy-starter').first()
  if ((await starter.getAttribute('open')) === null) await starter.locator('summary').click()
}

/** Waits until a click opens StackBlitz directly, which the title of the link says. */
export const untilReady = (page: Page) => page.locator('a[title*="new tab"]').first().waitFor()

/** Answers in place of StackBlitz, and resolves with the form that the browser posts to it. */
export function capture(context: BrowserContext): Promise<PostedForm> {
  return new Promise((resolve) => {
    void context.route('https://stackblitz.com/**', async (route) => {
      const request = route.request()
      await route.fulfill({ contentType: 'text/html', body: '<title>Captured</title>' })
      if (request.method() !== 'POST') return
      resolve({ address: new URL(request.url()), fields: parseForm(request.postData() ?? '') })
    })
  })
}

/** The fields of a posted form. Browsers send CRLF at the end of every line (HTML, "constructing the entry list"). */
export function parseForm(body: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(new URLSearchParams(body), ([name, value]) => [
      name,
      value.replaceAll('\r\n', '\n'),
    ]),
  )
}

/** The files of a posted form by their paths. */
export function filesOf(fields: PostedForm['fields']): Record<string, string> {
  const files: Record<string, string> = {}
  for (const [name, value] of Object.entries(fields)) {
    const path = /^project\[files\]\[(.*)\]$/s.exec(name)?.[1]
    if (path !== undefined) files[path.replaceAll('%5B', '[').replaceAll('%5D', ']')] = value
  }
  return files
}

/** The text of every file of an example in a folder; undefined for a missing file. */
export function readBack({ files }: Example, folder: string): Record<string, string | undefined> {
  return Object.fromEntries(
    files.map(({ path }) => [
      path,
      existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined,
    ]),
  )
}
