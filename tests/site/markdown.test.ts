import { describe, expect, inject, test } from 'vitest'
import { exampleRegion, readExample, readExamples } from '../../src/model/examples/example.ts'
import { partAddress } from '../../src/model/examples/addresses.ts'
import { sidebar } from '../../src/shell/sidebar/sidebar.ts'
import { describeInChromium } from '../tools/browsers.ts'

const read = async (address: string) => {
  const response = await fetch(address, { redirect: 'manual' })
  expect(response.status, address).toBe(200)
  return response.text()
}

/** Markdown without its code, which contains brackets and HTML. */
const prose = (markdown: string) => markdown.replaceAll(/^(`{3,}).*?^\1$|`[^`]*`/gms, '')

/** The targets of all links. */
const links = (markdown: string) =>
  Array.from(
    prose(markdown).matchAll(/\]\(([^)]*)\)|<(http[^>]*)>/g),
    ([, target = '', auto = '']) => target || auto,
  )

/** The content of a `<meta>` element with the escapes of Markdown. */
const content = (html: string, meta: string) =>
  html
    .split(`<meta ${meta} content="`)[1]
    ?.split('"')[0]
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/[_*[]/g, '\\$&')

describe.each([inject('site'), inject('siteBelow')])('with the base path $basePath', (site) => {
  const root = site.origin + site.basePath
  const readable = site.pages.filter((path) => !/\/404\.html$|\/open\/./.test(path))
  const markdownOf = (path: string) =>
    `${site.origin}${path === site.basePath ? `${path}index` : path.slice(0, -1)}.md`

  test.each(readable)(
    '%s links to its Markdown, which has the same title and description',
    async (path) => {
      const html = await read(site.origin + path)
      const href = /<link rel="alternate" type="text\/markdown" href="([^"]*)"/.exec(html)?.[1]
      expect(site.origin + href).toBe(markdownOf(path))

      const response = await fetch(markdownOf(path))
      expect(response.headers.get('content-type')).toMatch(/^text\/markdown\b/)
      const markdown = await response.text()
      const [title, description, address] = markdown.split('\n\n')
      expect([title, description, address]).toEqual([
        `# ${content(html, 'property="og:title"')}`,
        content(html, 'name="description"'),
        `<${site.origin}${path}>`,
      ])
      expect(prose(markdown)).not.toMatch(
        /Section titled|^Copy$|Copy page as Markdown|(?<!\\)<\/?[a-z]+>|\u200b/m,
      )
    },
  )

  test('links in Markdown are absolute and lead to existing files', async () => {
    const all = new Set<string>()
    for (const path of readable)
      for (const link of links(await read(markdownOf(path)))) all.add(link)
    expect([...all].filter((link) => !/^https?:\/\//.test(link))).toEqual([])
    const own = [...all].filter((link) => link.startsWith(site.origin))
    expect(own.length).toBeGreaterThan(readable.length)
    for (const link of own) expect(link.startsWith(root), link).toBe(true)
    await Promise.all(own.map(read))
  })

  test('the 404 page and the launch forms have no Markdown', async () => {
    for (const path of ['404', 'open/express']) {
      expect((await fetch(`${root}${path}.md`)).status, path).toBe(404)
      const page = await (await fetch(`${root}${path}/`)).text()
      expect(page).toContain('</html>')
      expect(page).not.toContain('text/markdown')
    }
  })

  test('/llms.txt lists the Markdown of every page in the order of the menu', async () => {
    const text = await read(`${root}llms.txt`)
    expect(text).toMatch(/^# Backend Trade-Offs\n\n> \S.*\n\n\S.*\n\n## /)
    const lines = text.split('\n').filter((line) => line.startsWith('- '))
    expect(lines.filter((line) => !/^- \[[^\]]+\]\(http[^)]+\): \S/.test(line))).toEqual([])
    const listed = links(text).filter((link) => link.endsWith('.md'))
    expect([...listed].sort()).toEqual(readable.map(markdownOf).sort())
    const menu = sidebar.flatMap(({ items }) => items)
    expect(listed.slice(0, menu.length + 1)).toEqual(
      ['index', ...menu].map((id) => `${root}${id}.md`),
    )
    expect(text.match(/^## .*/gm)?.slice(1, 1 + sidebar.length)).toEqual(
      sidebar.map(({ label }) => `## ${label}`),
    )
  })

  test('/llms.txt lists the data files and the starters', async () => {
    const listed = links(await read(`${root}llms.txt`))
    expect(listed).toContain(`${root}examples.json`)
    for (const { id } of readExamples()) expect(listed).toContain(`${root}starters/${id}.tar.gz`)
    await Promise.all(listed.map(read))
  })
})

describe('the Markdown of a guide', () => {
  const { origin } = inject('site')

  test('the Markdown of a guide contains its snippets with language and place', async () => {
    const markdown = await read(`${origin}/guides/express.md`)
    for (const [file, name] of [
      ['src/app.ts', 'errors'],
      ['src/models.ts', 'model'],
      ['src/main.ts', 'shutdown'],
    ] as const) {
      const { text, region } = exampleRegion(readExample('express'), file, name, { file: 'test' })
      const place = `[express/${file}](${origin}/examples/express/#${file.replaceAll(/[/.]/g, '-')}), lines ${region.start}–${region.end}`
      expect(markdown).toContain(`${place}\n\n\`\`\`ts\n${text.trimEnd()}\n\`\`\``)
    }
  })

  test('the Markdown of a guide contains its test result, its experiments and its tables', async () => {
    const markdown = await read(`${origin}/guides/express.md`)
    const { testResult } = readExample('express')
    for (const { name } of testResult?.runs[0]?.checks.slice(0, 3) ?? []) {
      expect(markdown).toContain(`. ✓ ${name}\n`)
    }
    expect(markdown).toMatch(/^✓ \d+ of \d+ checks on Node /m)
    expect(markdown).toContain('```sh\ncurl localhost:3000/hello ')
    expect(markdown).toContain('\n500 text/html\n\n```html\n')
    expect(markdown).toContain('```diff\n- ')
    expect(markdown).toContain('| Take Express when | Take something else when |\n| - | - |\n')
  })

  test.each(readExamples())(
    'the Markdown of $id has default behaviors only when its contract has probes',
    async (example) => {
      const markdown = await read(`${origin}/examples/${example.id}.md`)
      const asked = example.testResult?.runs.some(({ probes }) => probes.length > 0) ?? false
      expect(asked).toBe(example.manifest.contract === 'http')
      expect(markdown.includes('\n## Default behavior\n')).toBe(asked)
    },
  )

  test.each(readExamples())(
    'the Markdown of $id contains each of its files on exactly one page',
    async (example) => {
      const parts = [undefined, ...example.manifest.parts]
      const pages = await Promise.all(
        parts.map((part) => read(`${origin}${partAddress(example, part).slice(0, -1)}.md`)),
      )
      const shown = example.files.filter(({ path }) => /\.(ts|py|rs|toml|json)$/.test(path))
      const texts = shown.filter(({ path }) => path !== 'package-lock.json')
      expect(texts.length).toBeGreaterThan(3)
      for (const { path, text = '' } of texts) {
        const holding = pages.filter((markdown) => markdown.includes(`\n${path}, `))
        expect(holding.length, path).toBe(1)
        expect(holding[0], path).toContain(`\n${text.trimEnd()}\n\`\`\``)
      }
    },
  )
})

describeInChromium(({ newContext }) => {
  const { origin } = inject('site')

  async function openPage(javaScriptEnabled: boolean) {
    const context = await newContext({ javaScriptEnabled })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const page = await context.newPage()
    await page.goto('/guides/express/')
    return page
  }

  test('the copy button puts the Markdown of a page on the clipboard and says so', async () => {
    const page = await openPage(true)
    await page.getByRole('button', { name: 'Copy page as Markdown' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const copied = await page.evaluate('navigator.clipboard.readText()')
    expect(copied).toBe(await read(`${origin}/guides/express.md`))
    await page.getByRole('button', { name: 'Copy page as Markdown' }).waitFor()
  })

  test('the copy button reports a page that cannot be fetched', async () => {
    const page = await openPage(true)
    await page.route('**/*.md', (route) => route.fulfill({ status: 503, body: 'later' }))
    await page.getByRole('button', { name: 'Copy page as Markdown' }).click()
    await page.getByRole('button', { name: 'Copying failed' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).not.toBe('later')
  })

  test('without JavaScript a link leads to the Markdown of the page', async () => {
    const page = await openPage(false)
    expect(await page.getByRole('button', { name: /Copy page/ }).isVisible()).toBe(false)
    await page.getByRole('link', { name: 'Read as Markdown' }).click()
    await page.waitForURL('**/guides/express.md')
    expect(await page.locator('body').textContent()).toContain('# Express')
  })
})
