import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fileAddress } from '../../src/model/examples/addresses.ts'
import { exampleRegion, readExample, readExamples } from '../../src/model/examples/example.ts'
import { writeFiles } from '../../src/model/examples/files.ts'
import { manifestWith, repositoryWith } from './repository.ts'

describe('an example', () => {
  test('is published as git tracks it, without manifest and markers', () => {
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

  test('has the hash that sha256sum computes of its published form', () => {
    const example = readExample('demo', repositoryWith({ 'ü b.txt': 'é', 'B.txt': '' }))
    const folder = mkdtempSync(join(tmpdir(), 'published-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFiles(example.files, folder)
    const line =
      'find . -type f | cut -c3- | LC_ALL=C sort | tr "\\n" "\\0" | xargs -0 sha256sum | sha256sum'
    expect(execFileSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8' }).slice(0, 64)).toBe(
      example.hash,
    )
    expect(statSync(join(folder, 'B.txt')).mode & 0o111).toBe(0)
  })

  test('that does not exist is named with the nearest that does', () => {
    const root = repositoryWith()
    expect(() => readExample('dmeo', root, { file: 'content/a.mdx', line: 7 })).toThrow(
      'content/a.mdx:7: there is no example "dmeo". Did you mean demo?',
    )
  })

  test('names the nearest file and the nearest region', () => {
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
      'examples/demo/src/link.ts: an example cannot hold a symbolic link',
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
  ])('%s is refused', (_, files, message) => {
    expect(() => readExample('demo', repositoryWith(files))).toThrow(message)
  })

  test('whose tracked file is gone is refused', () => {
    const root = repositoryWith()
    rmSync(join(root, 'examples/demo/src/app.ts'))
    expect(() => readExample('demo', root)).toThrow(
      'examples/demo/src/app.ts: git tracks this file, but it is not there',
    )
  })

  test('every example of this repository can be read', () => {
    expect(readExamples().map(({ id }) => id)).toContain('express')
  })
})

describe('the files of an example', () => {
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
  ])('%s is at %s', (path, address) => {
    expect(fileAddress(example(), path)).toBe(address)
  })
})

describe('a manifest', () => {
  const line = (text: string, part: string) =>
    text.split('\n').findIndex((row) => row.includes(part)) + 1

  test.each([
    [
      'names a file that is not there',
      { open: 'src/ap.ts' },
      '"open"',
      'there is no file src/ap.ts (tracked by git). Did you mean src/app.ts?',
    ],
    [
      'starts a file that is not there',
      { argv: ['node', 'src/main.ts'] },
      '"src/main.ts"',
      'there is no file src/main.ts',
    ],
    [
      'names a script that is not there',
      { commands: { install: 'npm ci', test: 'npm run tests', start: 'npm start' } },
      '"test"',
      'package.json has no script "tests". Did you mean test?',
    ],
    [
      'has another id than its folder',
      { id: 'other' },
      '"id"',
      'the id is "other", the folder "demo"',
    ],
    [
      'has a field that nobody knows',
      { colour: 'red' },
      '{',
      'the manifest: Unrecognized key: "colour"',
    ],
    [
      'says "never" without a reason',
      { runs: { page: { never: '' }, stackblitz: true, local: true } },
      '"never"',
      'runs.page.never: ',
    ],
    [
      'gives a page to files that are not there',
      { parts: [{ path: 'more', title: 'More', summary: 'More of it.', files: ['src/mor'] }] },
      '"src/mor"',
      'no path begins with src/mor (tracked by git). Did you mean ',
    ],
  ])('that %s fails with its line', (_, change, part, message) => {
    const text = manifestWith(change)
    expect(() => readExample('demo', repositoryWith({ 'example.json': text }))).toThrow(
      `examples/demo/example.json:${line(text, part)}: ${message}`,
    )
  })

  test('that is no JSON fails with its line', () => {
    expect(() =>
      readExample('demo', repositoryWith({ 'example.json': '{\n  "id": demo\n}' })),
    ).toThrow(/^examples\/demo\/example\.json:2: /)
  })
})
