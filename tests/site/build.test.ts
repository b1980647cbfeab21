// cspell:ignore rotes expres detials
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { buildSite } from '../../scripts/build.ts'
import { root } from '../../scripts/program.mjs'
import { copyRepository } from '../tools/copy-repository.ts'

/**
 * A copy of this repository in which one text is replaced by another; gone when the test is over. Of the other pages it has
 * the titles alone: one that stands before the fault would only be built for nothing.
 */
function copyWith({ file, from, to }: { file: string; from: string; to: string }): string {
  // Below the repository, so that its packages are found.
  mkdirSync(join(root, '.cache'), { recursive: true })
  const copy = mkdtempSync(join(root, '.cache/copy-'))
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
  for (const path of copyRepository(copy)) {
    if (path === file || !path.endsWith('.mdx')) continue
    const [frontmatter = ''] =
      /^---\n[^]*?\n---\n/.exec(readFileSync(join(copy, path), 'utf8')) ?? []
    writeFileSync(join(copy, path), frontmatter)
  }
  const text = readFileSync(join(copy, file), 'utf8')
  expect(text.split(from).length, `${file} holds this once: ${from}`).toBe(2)
  writeFileSync(join(copy, file), text.replace(from, to))
  return copy
}

/** The line of the first occurrence of a text in a file of this repository, counted from 1. */
function lineOf(file: string, text: string): number {
  return readFileSync(join(root, file), 'utf8').split(text)[0]?.split('\n').length ?? 0
}

const guide = 'content/guides/express.mdx'
const chosen = 'content/guides/validation-and-openapi.mdx'
const manifest = 'examples/express/example.json'
const program = 'examples/express/src/main.ts'

describe('the build fails with the place, the nearest name and the mend', () => {
  test.each([
    {
      fault: 'a region that is not there',
      file: guide,
      from: 'region="routes"',
      to: 'region="rotes"',
      says: `${guide}:${lineOf(guide, 'region="routes"')}: examples/express/src/app.ts has no region "rotes". Did you mean routes?`,
    },
    {
      fault: 'an example that is not there',
      file: guide,
      from: '<RunsWhere example="express" />',
      to: '<RunsWhere example="expres" />',
      says: `${guide}:${lineOf(guide, '<RunsWhere')}: there is no example "expres". Did you mean express?`,
    },
    {
      fault: 'a claim that is not there',
      file: guide,
      from: '<Claim id="c08">',
      to: '<Claim id="c8">',
      says: `${guide}:${lineOf(guide, '<Claim id="c08">')}: there is no claim "c8". Did you mean c08?`,
    },
    {
      fault: 'a probe that is not there',
      file: chosen,
      from: "'limit=0x10'",
      to: "'limit=0x11'",
      says: `${chosen}:${lineOf(chosen, '<DefaultBehavior')}: there is no probe "limit=0x11". Did you mean limit=0x10?`,
    },
    {
      fault: 'a check that is not there',
      file: chosen,
      from: "'GET /openapi.json gives a valid OpenAPI 3.1 document'",
      to: "'GET /openapi.json gives a valid OpenAPI 3.0 document'",
      says: `${chosen}:${lineOf(chosen, '<Checks')}: there is no check "GET /openapi.json gives a valid OpenAPI 3.0 document". Did you mean GET /openapi.json gives a valid OpenAPI 3.1 document?`,
    },
    {
      fault: 'a term that is not in the glossary',
      file: guide,
      from: '<Term id="problem-details">',
      to: '<Term id="problem-detials">',
      says: `${guide}:${lineOf(guide, '<Term id="problem-details">')}: content/glossary.yaml has no term "problem-detials". Did you mean problem-details?`,
    },
    {
      fault: 'a region that is never closed',
      file: program,
      from: '// #endregion\n',
      to: '',
      says: `${program}:${lineOf(program, '// #region shutdown')}: region "shutdown" is never closed. Add a line with "#endregion"`,
    },
    {
      fault: 'a manifest that names a script that is not there',
      file: manifest,
      from: '"npm start"',
      to: '"npm run serve"',
      says: `${manifest}:${lineOf(manifest, '"npm start"')}: package.json has no script "serve". Did you mean `,
    },
  ])('$fault', async ({ says, ...change }) => {
    const copy = copyWith(change)
    const build = buildSite({ siteUrl: 'http://127.0.0.1', folder: copy })
    await expect(build).rejects.toThrow(says)
  })
})
