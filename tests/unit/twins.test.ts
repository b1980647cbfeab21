import { expect, test } from 'vitest'
import { twinPath } from '../../src/build/twins/path.ts'
import { makeTwin } from '../../src/build/twins/twin.ts'

const address = 'https://docs.example.org/docs-x/a/b/'

/** The Markdown of a built page with this content, without the three paragraphs at the top. */
function body(content: string): string {
  const html = `<!DOCTYPE html><html><head>
    <link rel="canonical" href="${address}"/><meta property="og:title" content="A &amp; *B*"/>
    <meta name="description" content="What it is."/></head><body><nav><a href="/">menu</a></nav><main>
    <h1>Ignored</h1><div class="sl-markdown-content">${content}</div><footer>foot</footer></main></body></html>`
  const page = makeTwin(html, 'a/b/index.html')
  expect(page).toMatchObject({ address, title: 'A & *B*', description: 'What it is.' })
  const head = `# A & \\*B\\*\n\nWhat it is.\n\n<${address}>\n\n`
  expect(page.markdown.startsWith(head)).toBe(true)
  return page.markdown.slice(head.length)
}

test('the path of a twin is the path of its page with .md', () => {
  expect(twinPath('')).toBe('/index.md')
  expect(twinPath('guides/express')).toBe('/guides/express.md')
  expect(twinPath('open/express')).toBeUndefined()
  expect(twinPath('404')).toBeUndefined()
})

test('a snippet in a twin keeps its file, line numbers, language and code', () => {
  const snippet =
    '<figure class="snippet"><figcaption><a href="/docs-x/f/#x">app.ts</a><span>lines 1–2</span></figcaption>' +
    '<pre tabindex="0"><code class="language-ts"><i class=k>const</i> a = `*`\n\n  b &lt; <i class=n>1</i></code></pre>' +
    '<p class="proof"><a href="/docs-x/f/#proof"><span class="mark">✓</span><span>2 of 2 checks</span><span class="hash">31f89c9</span></a></p></figure>'
  expect(body(snippet)).toBe(
    '[app.ts](https://docs.example.org/docs-x/f/#x), lines 1–2\n\n' +
      '```ts\nconst a = `*`\n\n  b < 1\n```\n\n' +
      '[✓ 2 of 2 checks, 31f89c9](https://docs.example.org/docs-x/f/#proof)\n',
  )
})

test('a twin has the text of a closed details element but no controls', () => {
  const page =
    '<details><summary>More</summary><p>inside</p></details><button>Copy</button><label>Choose<select><option>a</select></label>' +
    '<form><input value="b"/>c</form><nav>d</nav><h2>Part<a class="sl-anchor-link" href="#part">e</a></h2>' +
    '<p>word<span data-markdown="skip">f</span><meter aria-hidden="true">g</meter></p><script>h()</script>'
  expect(body(page)).toBe('More\n\ninside\n\n## Part\n\nword\n')
})

test('a claim in a twin has its verdict in words and its evidence as a footnote', () => {
  const claim = (id: string, words: string) =>
    `<span class="claim" data-print="✗ misread">${words}<span class="opener">\u2060<button popovertarget="${id}">✗</button></span>` +
    `<span popover id="${id}"><b>misread</b> See <a href="/docs-x/claims/#${id}">${id}</a>.</span></span>`
  const words = '<span class="words">grew by 68.75 %</span>'
  expect(body(`<p>It ${claim('c09', words)} in a year, or not ${claim('c10', '')}.</p>`)).toBe(
    'It grew by 68.75 % (✗ misread)[^1] in a year, or not (✗ misread)[^2].\n\n' +
      '[^1]: **misread** See [c09](https://docs.example.org/docs-x/claims/#c09).\n\n' +
      '[^2]: **misread** See [c10](https://docs.example.org/docs-x/claims/#c10).\n',
  )
})

test('a table in a twin has no padding and keeps its links', () => {
  const table =
    '<div class="scroll"><table><thead><tr><th>Long heading</th><th>B</th></tr></thead><tbody><tr><td><a href="https://zod.dev">a|b</a></td>' +
    '<td><span class="answer">x</span><span class="answer">y</span></td></tr></tbody></table></div>'
  expect(body(table)).toBe('| Long heading | B |\n| - | - |\n| [a\\|b](https://zod.dev) | x; y |\n')
})

test('a page without a description fails the build with the name of the page', () => {
  const html = `<main><div class="sl-markdown-content"></div></main><link rel="canonical" href="${address}"/>`
  expect(() => makeTwin(html, 'a/b/index.html')).toThrow('a/b/index.html has no meta')
})
