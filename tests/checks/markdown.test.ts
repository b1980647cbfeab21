import { describe, expect, test } from 'vitest'
import { runProgram } from '../tools/run-program.ts'
import { temporaryFolder } from '../tools/temporary.ts'

/** Lints one file with the rules of the repository. */
function lint(name: string, text: string) {
  const folder = temporaryFolder({ [name]: text }, import.meta.dirname)
  return runProgram('markdownlint-cli2', ['--no-globs', `${folder}/${name}`])
}

const valid = '# A title\n\nA paragraph.\n'
const guide = '---\ntitle: A guide\n---\n\n'

describe.each(['page.md', 'page.mdx'])('Markdown lint of %s', (name) => {
  test(`a valid ${name} passes the Markdown lint`, () => {
    expect(lint(name, valid)).toMatchObject({ all: '', exitCode: 0 })
  })

  test.each([
    ['a skipped heading level', `${valid}\n### Too deep\n`, 'MD001'],
    ['HTML', `${valid}\n<div>A block</div>\n`, 'MD033'],
    ['an unknown component', `${valid}\n<Unknown />\n`, 'MD033'],
    ['a link without a target', `${valid}\n[Nowhere]()\n`, 'MD042'],
    ['a fence without a language', `${valid}\n\`\`\`\ncode\n\`\`\`\n`, 'MD040'],
    [
      'a rule that is disabled where it is broken',
      `${valid}\n<!-- markdownlint-disable -->\n\n### Too deep\n`,
      'MD001',
    ],
  ])('the Markdown lint reports %s', (_error, text, rule) => {
    const { all, exitCode } = lint(name, text)
    expect(all).toContain(rule)
    expect(exitCode).toBe(1)
  })
})

test('a comment in MDX, which looks like emphasis, passes the Markdown lint', () => {
  const comments = `${guide}A word {/* a comment */} and another {/* one more */} end.\n`
  expect(lint('page.mdx', comments)).toMatchObject({ all: '', exitCode: 0 })
  expect(lint('page.md', comments).all).toContain('MD037')
})

test('a component in MDX passes the Markdown lint', () => {
  const text = `${guide}<Snippet example="express" file="src/app.ts" region="routes" />\n`
  expect(lint('page.mdx', text)).toMatchObject({ all: '', exitCode: 0 })
})
