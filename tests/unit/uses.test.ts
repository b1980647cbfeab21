import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tarGz, zip } from '../../src/model/examples/archive.ts'
import { readExample, type Example } from '../../src/model/examples/example.ts'
import { sha256 } from '../../src/model/examples/hash.ts'
import {
  formBytes,
  formFields,
  stackblitzPayload,
  payloadLimit,
} from '../../src/model/examples/stackblitz-payload.ts'
import { temporaryFolder } from '../tools/temporary.ts'
import { repositoryWith } from './repository.ts'

const odd = {
  'src/[id].ts': '1\n',
  '.gitignore': 'dist\n',
  'empty.txt': '',
  'ü b.txt': 'é\n',
  'go.sh': 'echo\n',
}

/** Unpacks an archive with `unzip` or `tar`: path in `demo/` → content, and whether it's executable. */
function unpack(
  archive: Uint8Array,
  [program = '', ...options]: string[],
): Record<string, [string, boolean]> {
  const folder = temporaryFolder({}, tmpdir())
  writeFileSync(join(folder, 'archive'), archive)
  execFileSync(program, [...options, 'archive'], { cwd: folder })
  expect(readdirSync(folder).sort()).toEqual(['archive', 'demo'])
  const paths = readdirSync(join(folder, 'demo'), { recursive: true, encoding: 'utf8' })
  return Object.fromEntries(
    paths
      .map((path) => [path, statSync(join(folder, 'demo', path))] as const)
      .filter(([, stat]) => stat.isFile())
      .map(([path, stat]) => [
        path,
        [readFileSync(join(folder, 'demo', path), 'utf8'), (stat.mode & 0o100) !== 0],
      ]),
  )
}

const published = (example: Example) =>
  Object.fromEntries(example.files.map(({ path, text, mode }) => [path, [text, mode === 0o755]]))

test.each([
  ['zip', zip, ['unzip', '-q']],
  ['tar.gz', tarGz, ['tar', '-xzf']],
] as const)(
  'the %s archive of an example has one folder with the published form',
  async (_, pack, command) => {
    const example = readExample('demo', repositoryWith(odd))
    expect(unpack(await pack(example), [...command])).toEqual(published(example))
  },
)

test.each(['Pacific/Kiritimati', 'Pacific/Honolulu'])(
  'archives have the same bytes when the time zone is %s',
  async (zone) => {
    const hashes = `
    import { zip, tarGz } from './src/model/examples/archive.ts'
    import { readExample } from './src/model/examples/example.ts'
    import { sha256 } from './src/model/examples/hash.ts'
    const example = readExample('express')
    console.log(sha256(zip(example)), sha256(await tarGz(example)))`
    const elsewhere = execFileSync(process.execPath, ['--input-type=module', '--eval', hashes], {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    })
    const example = readExample('express')
    expect(elsewhere.trim()).toBe(`${sha256(zip(example))} ${sha256(await tarGz(example))}`)
  },
)

test('the StackBlitz payload has every published file byte for byte', () => {
  const example = readExample('demo', repositoryWith(odd))
  const { project, openFile } = stackblitzPayload(example)
  expect(project.files).toEqual(
    Object.fromEntries(example.files.map(({ path, text }) => [path, text])),
  )
  expect(openFile).toBe('src/app.ts')
  expect(formFields(stackblitzPayload(example)).map(([name]) => name)).toContain(
    'project[files][src/%5Bid%5D.ts]',
  )
})

test.each([
  [
    'a binary file',
    { 'logo.png': new Uint8Array([137, 80, 0]) },
    'examples/demo/logo.png: StackBlitz accepts text files only',
  ],
  [
    'a carriage return',
    { 'a.txt': 'a\r\n' },
    'examples/demo/a.txt: a form would replace the carriage returns',
  ],
  [
    'no pinned start command',
    { 'package.json': '{"scripts":{"test":"","start":""}}' },
    'examples/demo/package.json: StackBlitz would guess',
  ],
  ['too many bytes', { 'a.txt': 'ä'.repeat(payloadLimit / 4) }, `Keep it below ${payloadLimit}`],
])('a StackBlitz payload with %s is an error', (_, files, message) => {
  const example = readExample('demo', repositoryWith(files))
  expect(() => stackblitzPayload(example)).toThrow(message)
})

test('the StackBlitz payload of express is below the size limit', () => {
  expect(formBytes(stackblitzPayload(readExample('express')))).toBeLessThan(payloadLimit)
})
