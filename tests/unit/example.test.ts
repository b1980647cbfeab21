import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileAddress } from '../../src/model/examples/addresses.ts'
import { exampleRegion, readExample, readExamples } from '../../src/model/examples/example.ts'
import { writeFiles } from '../../src/model/examples/files.ts'
import { temporaryFolder } from '../tools/temporary.ts'
import { manifestWith, repositoryWith } from './repository.ts'

test('the published form of an example has its tracked files without manifest and region markers', () => {
  const root = repositoryWith({
    'src/app.ts': '// #region all\nrun()\n// #endregion\n',
    'go.sh': 'echo\n',
  })
  writeFileSync(join(root, 'examples/demo/untracked.txt'), 'left out')
  const { files } = readExample('demo', root)
  expect(files.map(({ path, mode, text }) => [path, mode, text])).toEqual([
    ['go.sh', 0o755, 'echo\n'],
    ['package.json', 0o644, expect.any(String)],
    ['src/app.ts', 0o644, 'run()\n'],
  ])
})

test('the hash of an example is the one that sha256sum computes for its published form', () => {
  const example = readExample('demo', repositoryWith({ 'ü b.txt': 'é', 'B.txt': '' }))
  const folder = temporaryFolder({}, tmpdir())
  writeFiles(example.files, folder)
  const line =
    'find . -type f | cut -c3- | LC_ALL=C sort | tr "\\n" "\\0" | xargs -0 sha256sum | sha256sum'
  expect(execFileSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8' }).slice(0, 64)).toBe(
    example.hash,
  )
  expect(statSync(join(folder, 'B.txt')).mode & 0o111).toBe(0)
})

test('the error about an unknown example suggests the closest id', () => {
  const root = repositoryWith()
  expect(() => readExample('dmeo', root, { file: 'content/a.mdx', line: 7 })).toThrow(
    'content/a.mdx:7: there is no example "dmeo". Did you mean demo?',
  )
})

test('errors about an unknown file or region suggest the closest one', () => {
  const root = repositoryWith({ 'src/app.ts': '// #region routes\nrun()\n// #endregion\n' })
  const example = readExample('demo', root)
  const at = { file: 'content/a.mdx', line: 7 }
  expect(exampleRegion(example, 'src/app.ts', 'routes', at).text).toBe('run()')
  expect(() => exampleRegion(example, 'src/ap.ts', 'routes', at)).toThrow(
    'content/a.mdx:7: examples/demo has no text file "src/ap.ts". Did you mean src/app.ts?',
  )
  expect(() => exampleRegion(example, 'src/app.ts', 'rotes', at)).toThrow(
    'content/a.mdx:7: examples/demo/src/app.ts has no region "rotes". Did you mean routes?',
  )
})

test.each([
  [
    'a symbolic link',
    { 'src/link.ts': { link: 'app.ts' } },
    'examples/demo/src/link.ts: an example cannot have a symbolic link',
  ],
  [
    'one region name in two files',
    {
      'src/app.ts': '// #region x\n1\n// #endregion\n',
      'src/b.ts': '// #region x\n1\n// #endregion\n',
    },
    'examples/demo/src/b.ts:1: region "x" is in src/app.ts already',
  ],
  [
    'an unclosed region',
    { 'src/app.ts': '\n// #region x\n1\n' },
    'examples/demo/src/app.ts:2: region "x" is never closed',
  ],
])('an example with %s is an error with file and line', (_, files, message) => {
  expect(() => readExample('demo', repositoryWith(files))).toThrow(message)
})

test('an example with a missing tracked file is an error with its path', () => {
  const root = repositoryWith()
  rmSync(join(root, 'examples/demo/src/app.ts'))
  expect(() => readExample('demo', root)).toThrow(
    'examples/demo/src/app.ts: git tracks this file, but it does not exist',
  )
})

test('every example of this repository is valid', () => {
  expect(readExamples().map(({ id }) => id)).toContain('express')
})

const part = (path: string, ...files: string[]) => ({ path, title: path, summary: '.', files })
const example = () =>
  readExample(
    'demo',
    repositoryWith({
      'example.json': manifestWith({
        parts: [part('inner', 'src/deep/a'), part('deep', 'src/deep/')],
      }),
      'src/deep/a.ts': '',
      'src/deep/b.ts': '',
    }),
  )

test.each([
  ['src/app.ts', '/examples/demo/#src-app-ts'],
  ['src/deep/b.ts', '/examples/demo/deep/#src-deep-b-ts'],
  ['src/deep/a.ts', '/examples/demo/inner/#src-deep-a-ts'],
])('the address of the example file %s is %s', (path, address) => {
  expect(fileAddress(example(), path)).toBe(address)
})

const line = (text: string, part: string) =>
  text.split('\n').findIndex((row) => row.includes(part)) + 1

test.each([
  [
    'that names a missing file',
    { open: 'src/ap.ts' },
    '"open"',
    'there is no file src/ap.ts (tracked by git). Did you mean src/app.ts?',
  ],
  [
    'that starts a missing file',
    { argv: ['node', 'src/main.ts'] },
    '"src/main.ts"',
    'there is no file src/main.ts',
  ],
  [
    'that names a missing npm script',
    { commands: { install: 'npm ci', test: 'npm run tests', start: 'npm start' } },
    '"test"',
    'package.json has no script "tests". Did you mean test?',
  ],
  [
    'with a different id than its folder',
    { id: 'other' },
    '"id"',
    'the id is "other" and the folder "demo"',
  ],
  ['with an unknown field', { color: 'red' }, '{', 'the manifest: Unrecognized key: "color"'],
  [
    'without an adapter for the bus contract',
    { contract: 'bus' },
    '{',
    'adapter: Invalid option: expected one of "kafka"|"lean"',
  ],
  [
    'with an unknown runtime',
    { runtime: 'deno' },
    '"runtime"',
    'runtime: Invalid option: expected one of "node"|"python"|"cargo"',
  ],
  [
    'with an unknown adapter',
    { contract: 'bus', adapter: 'nats' },
    '"adapter"',
    'adapter: Invalid option: expected one of "kafka"|"lean"',
  ],
  [
    'with an adapter for the HTTP contract',
    { adapter: 'kafka' },
    '{',
    'the manifest: Unrecognized key: "adapter"',
  ],
  [
    'with "never" but no reason',
    { runs: { page: { never: '' }, stackblitz: true, local: true } },
    '"never"',
    'runs.page.never: ',
  ],
  [
    'with a page for missing files',
    { parts: [{ path: 'more', title: 'More', summary: 'More of it.', files: ['src/mor'] }] },
    '"src/mor"',
    'no path starts with src/mor (tracked by git). Did you mean ',
  ],
])('a manifest %s is an error with its line', (_, change, part, message) => {
  const text = manifestWith(change)
  expect(() => readExample('demo', repositoryWith({ 'example.json': text }))).toThrow(
    `examples/demo/example.json:${line(text, part)}: ${message}`,
  )
})

test('a manifest with invalid JSON is an error with its line', () => {
  expect(() =>
    readExample('demo', repositoryWith({ 'example.json': '{\n  "id": demo\n}' })),
  ).toThrow(/^examples\/demo\/example\.json:2: /)
})

test('every example has a test file that runs its contract', () => {
  for (const { id, manifest } of readExamples()) {
    const file = `tests/contract/${manifest.contract}-${id}.test.ts`
    expect(existsSync(file), `add ${file}`).toBe(true)
  }
})
