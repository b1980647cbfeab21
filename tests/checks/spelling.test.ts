import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { runProgram } from '../tools/run-program.ts'
import { temporaryFolder } from '../tools/temporary.ts'

// Assembled, so that cspell accepts this file.
const misspelled = `tpy${'o'}`
const british = `colo${'ur'}`
const replaced = `men${'ded'}`

test('cspell reports misspelled, British and replaced words in Markdown, MDX and code', () => {
  const files = {
    'page.md': `# A ${misspelled}\n`,
    'page.mdx': `# A ${misspelled}\n`,
    'code.ts': `// A ${misspelled} of a ${british}, ${replaced}\n`,
  }
  const folder = temporaryFolder(files, import.meta.dirname)
  const { all, exitCode } = runProgram('cspell', ['lint', '--no-progress', `${folder}/*`])
  expect(exitCode).toBe(1)
  for (const name of Object.keys(files)) {
    expect(all).toMatch(RegExp(`${name}:1:\\d+ - Unknown word \\(${misspelled}\\)`))
  }
  expect(all).toContain(`Unknown word (${british})`)
  expect(all).toContain(`Forbidden word (${replaced})`)
})

test('project-words.txt is sorted and lists each word once', () => {
  const words = readFileSync(join(root, 'project-words.txt'), 'utf8').trimEnd().split('\n')
  const sorted = [...new Set(words.map((word) => word.toLowerCase()))].sort()
  expect(words).toEqual(sorted)
})
