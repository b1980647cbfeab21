import { beforeAll, expect, test } from 'vitest'
import { runProgram } from '../tools/run-program.ts'
import { createFolder } from '../tools/temporary.ts'

const valid = '# A title\n\nA paragraph.\n'
const withTitle = '---\ntitle: A guide\n---\n\n'
const comments = `${withTitle}A word {/* a comment */} and another {/* one more */} end.\n`
const component = `${withTitle}<Snippet example="express" file="src/app.ts" region="routes" />\n`

/** The text of a file, its endings, and the rule that it breaks, or `nothing`. */
const cases: readonly [name: string, endings: string[], text: string, rule: string][] = [
  ['a valid page', ['md', 'mdx'], valid, 'nothing'],
  ['a skipped heading level', ['md', 'mdx'], `${valid}\n### Too deep\n`, 'MD001'],
  ['HTML', ['md', 'mdx'], `${valid}\n<div>A block</div>\n`, 'MD033'],
  ['an unknown component', ['md', 'mdx'], `${valid}\n<Unknown />\n`, 'MD033'],
  ['a link without a target', ['md', 'mdx'], `${valid}\n[Nowhere]()\n`, 'MD042'],
  ['a fence without a language', ['md', 'mdx'], `${valid}\n\`\`\`\ncode\n\`\`\`\n`, 'MD040'],
  [
    'a rule that is disabled where it is broken',
    ['md', 'mdx'],
    `${valid}\n<!-- markdownlint-disable -->\n\n### Too deep\n`,
    'MD001',
  ],
  ['a comment of MDX, which looks like emphasis', ['mdx'], comments, 'nothing'],
  ['a comment of MDX', ['md'], comments, 'MD037'],
  ['a component', ['mdx'], component, 'nothing'],
]
const files = cases.flatMap(([name, endings, text, rule]) =>
  endings.map((ending) => ({ name, text, rule, path: `${name.replaceAll(' ', '-')}.${ending}` })),
)

/** The report of one run on all files, under the rules of the repository. */
let report = ''
beforeAll(() => {
  using folder = createFolder(
    Object.fromEntries(files.map(({ path, text }) => [path, text])),
    import.meta.dirname,
  )
  const { all, exitCode } = runProgram('markdownlint-cli2', ['--no-globs', `${folder.path}/*`])
  expect(exitCode).toBe(1)
  report = all
})

test.each(files)('the Markdown lint of $path reports $rule', ({ path, rule }) => {
  const lines = report.split('\n').filter((line) => line.includes(`/${path}:`))
  if (rule === 'nothing') expect(lines).toEqual([])
  else expect(lines.join('\n')).toContain(rule)
})
