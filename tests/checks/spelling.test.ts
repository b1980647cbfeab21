import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { runProgram } from '../tools/run-program.ts'
import { temporaryFolder } from '../tools/temporary.ts'

/** Assembled, so that cspell accepts this file. */
const misspelled = `tpy${'o'}`
const british = `colo${'ur'}`
const flagged = `men${'ded'}`

test.each([
  ['page.md', `# A ${misspelled}\n`, `Unknown word (${misspelled})`],
  ['page.mdx', `# A ${misspelled}\n`, `Unknown word (${misspelled})`],
  ['code.ts', `// A ${misspelled}\n`, `Unknown word (${misspelled})`],
  ['code.ts', `// A ${british}\n`, `Unknown word (${british})`],
  ['code.ts', `// Was ${flagged}\n`, `Forbidden word (${flagged})`],
])('cspell reports a wrong word in %s: %s', (name, text, message) => {
  const folder = temporaryFolder({ [name]: text }, import.meta.dirname)
  const args = ['lint', '--no-progress', `${folder}/${name}`]
  const { all, exitCode } = runProgram('cspell', args)
  expect(all).toContain(message)
  expect(exitCode).toBe(1)
})

test('project-words.txt is sorted and lists each word once', () => {
  const words = readFileSync(join(root, 'project-words.txt'), 'utf8').trimEnd().split('\n')
  const sorted = [...new Set(words.map((word) => word.toLowerCase()))].sort()
  expect(words).toEqual(sorted)
})
