import { pathToFileURL } from 'node:url'
import { mdxToJs } from 'satteri'
import { describe, expect, test } from 'vitest'
import { figuresIn } from '../../src/model/figures.ts'
import { sourcedFigures } from '../../src/build/markdown/sourced-figures.ts'

/** Compiles a page with the check for figures. */
const compile = (text: string) =>
  mdxToJs(text, { fileURL: pathToFileURL('content/page.mdx'), mdastPlugins: [sourcedFigures] })

/** Figures of each kind. */
const figures = [
  ['percent', ['45 %', '45%', '68.75 %', '45 percent', 'thirty percent', '7 percentage points']],
  ['times', ['6x', '6×', '6 times', '40-66x', 'sixfold', 'six times faster', '2.5 times as']],
  ['milliseconds', ['20 ms', '78.7 ms', '20ms', '450 µs', '3 milliseconds', 'ten milliseconds']],
  ['money', ['$300', '$ 300,000', '€5', '300 €', '300,000 dollars', 'USD 300', 'ten cents']],
  ['events per second', ['5,698 requests per second', '62,400 RPS', '23,246 req/s', '500 MB/s']],
] as const

/** Numbers that aren't measurements. */
const numbers = [
  'Node 22.22.3',
  'status 422',
  'RFC 9457',
  'the newest 10,000 orders',
  'a body of 64 KiB',
  'within 5 s',
  'in 2026',
  'claim 14a',
  '0x1f',
  'three times',
  'Express 5',
  'versions 3.x and 4.x',
  'two services',
]

describe.each(figures)('figures: %s', (_, list) => {
  test.each(list)('%s is a figure', (figure) => {
    expect(figuresIn(`It took ${figure} of it.`)).toHaveLength(1)
  })

  test('a figure without a source fails the build with page and line', () => {
    const [figure] = list
    expect(() => compile(`# Title\n\nOne line.\nIt was ${figure}.\n`)).toThrow(
      /^content\/page\.mdx:4: ".+" has no source\. Put it inside <Claim id="…">, /,
    )
  })

  test.each([
    ['a claim', (figure: string) => `It was <Claim id="c09">some ${figure}</Claim>.`],
    ['a link to its source', (figure: string) => `It was [${figure}](https://example.org/).`],
    ['a link by reference', (figure: string) => `It was [${figure}][a].\n\n[a]: https://a.example`],
    ['code', (figure: string) => `It was \`${figure}\`.\n\n~~~\n${figure}\n~~~`],
    ['the props of a component', (figure: string) => `<Recorded value="${figure}" />`],
  ])('a figure in %s passes', (_, around) => {
    for (const figure of list) expect(compile(around(figure))).toBeTruthy()
  })
})

test.each(numbers)('the number in "%s" is not a figure', (number) => {
  expect(figuresIn(`It was ${number}, they say.`)).toEqual([])
})

test.each([
  ['a heading', '## Up 45 %'],
  ['a table', '| a |\n| - |\n| 45 % |'],
  ['a list', '- up 45 %'],
  ['a quotation', '> up 45 %'],
  ['a component', '<details>\n<summary>Up 45 %</summary>\n</details>'],
  ['words in bold', 'Up **45** %'],
  ['a link within the site', 'Up [45 %](/guides/express/)'],
  ['a link by reference within the site', 'Up [45 %][a]\n\n[a]: /guides/express/'],
  ['text next to a claim', 'Up <Claim id="c09">68 %</Claim>, or 45 %'],
])('a figure without a source in %s fails the build', (_, text) => {
  expect(() => compile(text)).toThrow('has no source')
})
