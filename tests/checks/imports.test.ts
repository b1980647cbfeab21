import { ESLint } from 'eslint'
import { describe, expect, test } from 'vitest'
import { root } from '../../scripts/program.mjs'

const eslint = new ESLint({ cwd: root })

/** The rules that a file with this text breaks at this path. */
async function brokenRules(path: string, text: string): Promise<(string | null)[]> {
  const results = await eslint.lintText(text, { filePath: path })
  return results.flatMap((result) => result.messages.map((message) => message.ruleId))
}

/** An existing file of each folder. */
const targets = {
  examples: 'examples/express/src/app.ts',
  contracts: 'contracts/check.ts',
  servers: 'servers/kafka/jars.ts',
  lab: 'lab/experiments/experiment.ts',
  src: 'src/shell/address.ts',
  scripts: 'scripts/build.ts',
  tests: 'tests/tools/temporary.ts',
}
type Folder = keyof typeof targets

const all = Object.keys(targets) as Folder[]
const except = (...allowed: Folder[]) => all.filter((folder) => !allowed.includes(folder))

/** A new file, the path from its folder to the repository, and the folders that it may not import from. */
const cases: readonly [path: string, up: string, forbidden: readonly Folder[]][] = [
  ['examples/express/src/new.ts', '../../../', except('examples')],
  ['examples/other/new.ts', '../../', all],
  ['contracts/new.ts', '../', except('contracts')],
  ['contracts/http/new.ts', '../../', except('contracts')],
  ['servers/kafka/new.ts', '../../', except('servers')],
  ['lab/new.ts', '../', ['src', 'scripts', 'tests']],
  ['src/new.ts', '../', ['servers', 'scripts', 'tests']],
  ['src/model/examples/new.ts', '../../../', ['servers', 'scripts', 'tests']],
  ['src/components/New.astro', '../../', ['servers', 'scripts', 'tests']],
  ['scripts/new.ts', '../', ['tests']],
  ['new.config.ts', './', except('src', 'scripts')],
  ['tests/unit/new.ts', '../../', []],
]

describe.each(cases)('imports of %s', (path, up, forbidden) => {
  const wrap = (text: string) => (path.endsWith('.astro') ? `---\n${text}---\n` : text)

  test.each(forbidden)(
    `ESLint reports every kind of import from %s into ${path}`,
    async (folder) => {
      const target = up + targets[folder]
      for (const text of [
        `import '${target}'\n`,
        `import type * as all from '${target}'\nexport type All = typeof all\n`,
        `export * from '${target}'\n`,
        `export const later = import('${target}')\n`,
      ]) {
        expect(await brokenRules(path, wrap(text)), text).toContain('boundaries/dependencies')
      }
    },
  )

  test(`ESLint accepts all other imports into ${path}`, async () => {
    const allowed = all.filter((folder) => !forbidden.includes(folder) && !path.startsWith(folder))
    const imports = ['node:fs', ...allowed.map((folder) => up + targets[folder])]
    const text = imports.map((target) => `import '${target}'\n`).join('')
    expect(await brokenRules(path, wrap(text))).toEqual([])
  })
})

test('ESLint accepts an import from the same folder', async () => {
  expect(await brokenRules('examples/express/src/new.ts', "export * from './app.ts'\n")).toEqual([])
  expect(await brokenRules('src/model/new.ts', "export * from '../shell/address.ts'\n")).toEqual([])
})

test.each(['tests/tools/temporary.ts', 'scripts/build.ts'])(
  'ESLint reports an import of %s into the script of a component',
  async (file) => {
    const text = `<p>Text</p>\n<script>\n  import '../../${file}'\n</script>\n`
    expect(await brokenRules('src/components/New.astro', text)).toContain('no-restricted-imports')
  },
)
