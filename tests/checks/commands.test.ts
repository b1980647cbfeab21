import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../scripts/program.mjs'

const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** The npm commands that are alone in a code block of the README. A reader runs them after cloning. */
const commands = [...read('README.md').matchAll(/^```sh\n(npm .*)\n```$/gm)].map(([, line]) => line)

test('the README shows npm start and npm test', () => {
  expect(commands).toEqual(['npm start', 'npm test'])
})

test('.ci/run ends with npm test', () => {
  expect(read('.ci/run').trimEnd().split('\n').at(-1)).toBe(commands[1])
})

test('the workflow runs .ci/run and deploys only after it has passed', () => {
  const workflow = read('.github/workflows/check.yml')
  expect(workflow).toMatch(/^ {6}- run: \.ci\/run$/m)
  expect(workflow).toMatch(/^ {2}deploy:\n {4}needs: check$/m)
  expect(read('.github/workflows/deploy.yml')).toMatch(/^on:\n {2}workflow_call:$/m)
})

test('every job that builds the site fetches the whole history, which the dates of pages come from', () => {
  for (const path of ['.github/workflows/check.yml', '.github/workflows/deploy.yml']) {
    const [builds = ''] = read(path).split(/^ {2}(?:audit|deploy):$/m)
    expect(builds).toMatch(/actions\/checkout@[^\n]*\n {8}with:\n {10}fetch-depth: 0$/m)
  }
})

test('every action of the workflows is pinned to a commit', () => {
  for (const path of ['.github/workflows/check.yml', '.github/workflows/deploy.yml']) {
    const used = [...read(path).matchAll(/uses: (?!\.\/)(\S+)/g)].map(([, action]) => action)
    expect(used).not.toEqual([])
    for (const action of used) expect(action).toMatch(/@[0-9a-f]{40}$/)
  }
})
