import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { examplesOf, readExample } from '../../src/model/examples/example.ts'
import { linesPerFolder } from '../../src/model/examples/folder-lines.ts'

test('each bus example has a test file that runs its contract', () => {
  const files = examplesOf('bus').map(({ id }) => `tests/contract/bus-${id}.test.ts`)
  expect(files.length).toBeGreaterThan(1)
  expect(globSync('tests/contract/bus-*.test.ts')).toEqual(expect.arrayContaining(files))
})

const service = ['orders', 'shipping', 'dead-letters', 'analytics', 'demo', 'timeline']

test.each(['port', ...service.map((name) => `service/${name}`)])(
  'both bus examples have the same src/%s.ts',
  (name) => {
    const [kafka, lean] = ['kafka', 'lean-bus'].map((example) =>
      readFileSync(`examples/${example}/src/${name}.ts`, 'utf8'),
    )
    expect(lean).toBe(kafka)
  },
)

test('the README of the lean bus shows the lines of code in each folder', () => {
  const readme = readFileSync('examples/lean-bus/README.md', 'utf8')
  const shown = Array.from(
    readme.matchAll(/^\| `(src[\w/]*)` +\| +([\d,]+) \|/gm),
    ([, folder, lines]) => `${folder} ${lines}`,
  )
  const counted = Array.from(
    linesPerFolder(readExample('lean-bus')),
    ([folder, lines]) => `${folder} ${lines.toLocaleString('en')}`,
  )
  expect(shown, 'Copy these numbers to the table "Read the code" of the README').toEqual(counted)
})
