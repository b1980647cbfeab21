import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { runProgram } from '../tools/run-program.ts'
import { temporaryFolder } from '../tools/temporary.ts'

/** Put together, so that this file is spelled correctly. */
const misspelled = `tpy${'o'}`

test.each([
  ['page.md', `# A ${misspelled}\n`],
  ['page.mdx', `# A ${misspelled}\n`],
  ['code.ts', `// A ${misspelled}\n`],
])('a misspelling in %s is found', (name, text) => {
  const folder = temporaryFolder({ [name]: text }, import.meta.dirname)
  const { output, code } = runProgram('cspell', ['lint', '--no-progress', `${folder}/${name}`])
  expect(output).toContain(`Unknown word (${misspelled})`)
  expect(code).toBe(1)
})

test('the word list is sorted and holds each word once', () => {
  const words = readFileSync(join(root, 'project-words.txt'), 'utf8').trimEnd().split('\n')
  const sorted = [...new Set(words.map((word) => word.toLowerCase()))].sort()
  expect(words).toEqual(sorted)
})
