// cspell:ignore rotes expres detials
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProgram, type Program } from '../../contracts/process/program.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import { buildSite } from '../../scripts/build.ts'
import { findProgram, root } from '../../scripts/program.mjs'
import { copyRepository } from '../tools/copy-repository.ts'

/** The line of the component in each page below. */
const line = 8

/** The components of a page, and the error that names the place, the nearest name and the fix. */
const pages = [
  {
    name: 'a missing region',
    component: '<Snippet example="express" file="src/app.ts" region="rotes" />',
    error: `${line}: examples/express/src/app.ts has no region "rotes". Did you mean routes?`,
  },
  {
    name: 'a missing example',
    component: '<RunsWhere example="expres" />',
    error: `${line}: there is no example "expres". Did you mean express?`,
  },
  {
    name: 'a missing claim',
    component: '<Claim id="c8">A statement</Claim>',
    error: `${line}: there is no claim "c8". Did you mean c08?`,
  },
  {
    name: 'a missing probe',
    component: "<DefaultBehavior probes={['limit=0x11']} />",
    error: `${line}: there is no probe "limit=0x11". Did you mean limit=0x10?`,
  },
  {
    name: 'a missing check',
    component: `<Checks contract="http" only={['GET /openapi.json gives a valid OpenAPI 3.0 document']} />`,
    error: `${line}: there is no check "GET /openapi.json gives a valid OpenAPI 3.0 document". Did you mean GET /openapi.json returns a valid OpenAPI 3.1 document?`,
  },
  {
    name: 'a term that the glossary lacks',
    component: '<Term id="problem-detials">Problem details</Term>',
    error: `${line}: content/glossary.yaml has no term "problem-detials". Did you mean problem-details?`,
  },
]

const path = (index: number) => `content/guides/invalid-${index}.mdx`

/** A copy of this repository with the pages above. Of all other pages it keeps the titles. */
function copyWithErrors(): string {
  // Below the repository, so that its packages are found.
  mkdirSync(join(root, '.cache'), { recursive: true })
  const copy = mkdtempSync(join(root, '.cache/copy-'))
  for (const file of copyRepository(copy)) {
    if (!file.endsWith('.mdx')) continue
    const [frontmatter = ''] =
      /^---\n[^]*?\n---\n/.exec(readFileSync(join(copy, file), 'utf8')) ?? []
    writeFileSync(join(copy, file), frontmatter)
  }
  for (const [index, { component }] of pages.entries()) {
    const [, name] = /^<(\w+)/.exec(component) ?? []
    const text = `---\ntitle: Invalid ${index}\ndescription: A page with an error.\n---\n\nimport { ${name} } from '../../src/components/index.ts'\n\n${component}\n`
    writeFileSync(join(copy, path(index)), text)
  }
  return copy
}

/** Replaces the only occurrence of a text in a file of the copy. Returns where it was: file and line. */
function replaceOnce(copy: string, file: string, from: string, to: string): string {
  const text = readFileSync(join(copy, file), 'utf8')
  const [before = '', ...after] = text.split(from)
  expect(after.length, `occurrences of ${from} in ${file}`).toBe(1)
  writeFileSync(join(copy, file), text.replace(from, to))
  return `${file}:${before.split('\n').length}`
}

// The development server renders each page as the build does, and reports the errors of all pages in one run.
let copy: string
let server: Program
beforeAll(async () => {
  copy = copyWithErrors()
  const astro = findProgram('astro') ?? expect.fail('The package astro is not installed.')
  server = await startProgram({
    argv: [process.execPath, astro, 'dev', '--host', '127.0.0.1'],
    directory: copy,
    // Without Vitest's variables, which switch the pages of Astro's server off.
    env: { ...environmentOf(thisNode()), NODE_ENV: 'development', NO_COLOR: '1' },
  })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  rmSync(copy, { recursive: true, force: true })
})

test.each(pages.map((page, index) => ({ ...page, index })))(
  '$name is reported with its place and the nearest name',
  async ({ error, index }) => {
    await (await fetch(`${server.url.origin}/guides/invalid-${index}/`)).text()
    await expect
      .poll(() => server.output(), { timeout: 10_000 })
      .toContain(`${path(index)}:${error}`)
  },
)

test('a region that is never closed is reported with its place and the fix', async () => {
  const file = 'examples/express/src/main.ts'
  const text = readFileSync(join(copy, file), 'utf8')
  replaceOnce(copy, file, '// #endregion\n', '')
  const line = text.split('// #region shutdown')[0]?.split('\n').length
  await (await fetch(`${server.url.origin}/guides/invalid-0/`)).text()
  await expect
    .poll(() => server.output(), { timeout: 10_000 })
    .toContain(`${file}:${line}: region "shutdown" is never closed. Add a line with "#endregion"`)
  writeFileSync(join(copy, file), text)
})

test('the build fails and names the file, the line, the nearest name and the fix', async () => {
  const place = replaceOnce(copy, 'examples/kafka/example.json', '"npm start"', '"npm run serve"')
  await expect(buildSite({ siteUrl: 'http://127.0.0.1', folder: copy })).rejects.toThrow(
    `${place}: package.json has no script "serve". Did you mean `,
  )
})
