import { describe, expect, test } from 'vitest'
import { runProgram } from '../tools/run-program.ts'
import { temporaryFolder } from '../tools/temporary.ts'

/** Lints one file below the repository's folder, under the repository's own rules. */
function lint(name: string, text: string) {
  const folder = temporaryFolder({ [name]: text }, import.meta.dirname)
  return runProgram('markdownlint-cli2', ['--no-globs', `${folder}/${name}`])
}

const sound = '# A title\n\nA paragraph.\n'
const guide = '---\ntitle: A guide\n---\n\n'

describe.each(['page.md', 'page.mdx'])('%s', (name) => {
  test('passes when it is sound', () => {
    expect(lint(name, sound)).toEqual({ output: '', code: 0 })
  })

  test.each([
    ['a skipped heading level', `${sound}\n### Too deep\n`, 'MD001'],
    ['HTML', `${sound}\n<div>A block</div>\n`, 'MD033'],
    ['a component that nobody wrote', `${sound}\n<Unknown />\n`, 'MD033'],
    ['a link without a target', `${sound}\n[Nowhere]()\n`, 'MD042'],
    ['a fence without a language', `${sound}\n\`\`\`\ncode\n\`\`\`\n`, 'MD040'],
    [
      'a rule switched off where it is broken',
      `${sound}\n<!-- markdownlint-disable -->\n\n### Too deep\n`,
      'MD001',
    ],
  ])('fails for %s', (_fault, text, rule) => {
    const { output, code } = lint(name, text)
    expect(output).toContain(rule)
    expect(code).toBe(1)
  })
})

describe('only in MDX', () => {
  const comments = `${guide}A word {/* a comment */} and another {/* one more */} end.\n`

  test('comments pass, which look like emphasis', () => {
    expect(lint('page.mdx', comments)).toEqual({ output: '', code: 0 })
    expect(lint('page.md', comments).output).toContain('MD037')
  })

  test('components pass', () => {
    const text = `${guide}<Snippet example="express" file="src/app.ts" region="routes" />\n`
    expect(lint('page.mdx', text)).toEqual({ output: '', code: 0 })
  })
})
