import { ESLint } from 'eslint'
import { describe, expect, test } from 'vitest'
import { root } from '../../scripts/program.mjs'

const eslint = new ESLint({ cwd: root })

/** The rules that a text breaks when it lies at this path. */
async function brokenRules(path: string, text: string): Promise<(string | null)[]> {
  const results = await eslint.lintText(text, { filePath: path })
  return results.flatMap((result) => result.messages.map((message) => message.ruleId))
}

/** A file in each folder, from the folder above it. */
const files = {
  examples: 'examples/express/src/app.ts',
  contracts: 'contracts/contract.ts',
  lab: 'lab/experiments/experiment.ts',
  src: 'src/url.ts',
  scripts: 'scripts/build.ts',
  tests: 'tests/tools/temporary.ts',
}

describe.each([
  ['examples/express/src/new.ts', '../../../', ['contracts', 'lab', 'src', 'scripts', 'tests']],
  ['examples/other/new.ts', '../../', ['examples', 'contracts', 'lab', 'src', 'scripts', 'tests']],
  ['contracts/new.ts', '../', ['examples', 'lab', 'src', 'scripts', 'tests']],
  ['contracts/http/new.ts', '../../', ['examples', 'lab', 'src', 'scripts', 'tests']],
  ['lab/new.ts', '../', ['src', 'scripts', 'tests']],
  ['src/new.ts', '../', ['scripts', 'tests']],
  ['src/examples/new.ts', '../../', ['scripts', 'tests']],
  ['src/components/New.astro', '../../', ['scripts', 'tests']],
  ['scripts/new.ts', '../', ['tests']],
  ['new.config.ts', './', ['tests']],
  ['tests/unit/new.ts', '../../', []],
] as const)('%s', (path, up, forbidden) => {
  const wrap = (text: string) => (path.endsWith('.astro') ? `---\n${text}---\n` : text)

  test.each(forbidden)('imports nothing from %s', async (folder) => {
    const target = up + files[folder]
    for (const text of [
      `import '${target}'\n`,
      `import type * as all from '${target}'\nexport type All = typeof all\n`,
      `export * from '${target}'\n`,
      `export const later = import('${target}')\n`,
    ]) {
      expect(await brokenRules(path, wrap(text)), text).toContain('boundaries/dependencies')
    }
  })

  test('imports what it may', async () => {
    const own = path.split('/')[0]
    const allowed = Object.entries(files).filter(
      ([folder]) => !(forbidden as readonly string[]).includes(folder) && folder !== own,
    )
    const text = ["import 'node:fs'\n", ...allowed.map(([, file]) => `import '${up}${file}'\n`)]
    // Configuration has no business in the other folders, which is not a question of direction.
    if (path !== 'new.config.ts') expect(await brokenRules(path, wrap(text.join('')))).toEqual([])
  })
})

test('a file imports from its own folder', async () => {
  expect(await brokenRules('examples/express/src/new.ts', "export * from './app.ts'\n")).toEqual([])
  expect(await brokenRules('src/examples/new.ts', "export * from '../url.ts'\n")).toEqual([])
})

test.each(['tests/tools/temporary.ts', 'scripts/build.ts'])(
  'the script of a component does not import %s',
  async (file) => {
    const text = `<p>Text</p>\n<script>\n  import '../../${file}'\n</script>\n`
    expect(await brokenRules('src/components/New.astro', text)).toContain('no-restricted-imports')
  },
)
