import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { repositoryFiles } from '../tools/repository-files.ts'

/** Phrases that have a clearer replacement. */
const phrases = ['for ever', 'goes on', 'by itself', 'so long a', 'stands by', 'nobody would']

/** Between two words of a phrase: spaces, or a line break with the mark of a comment after it. */
const gap = String.raw`(?:[ \u00a0]+|\s*\n\s*(?:\*|//|#)?[ ]*)`

/** The phrases, and a number with a space before its percent sign. */
const forbidden = RegExp(
  String.raw`\b(?:${phrases.join('|').replaceAll(' ', gap)})\b|\d+[ \u00a0]%`,
  'gi',
)

/** Files that are not searched, each with the reason. */
const skipped: readonly [path: RegExp, reason: string][] = [
  [/^tests\/checks\/wording\.test\.ts$/, 'names the phrases'],
  [/^content\//, 'pages are rewritten in a later issue'],
  [/\.OFL\.txt$/, 'a license is quoted word for word'],
  [/^lab\/.*\.json$|^examples\/[^/]*\.json$|package-lock\.json$/, 'written by programs'],
  [/\.(png|woff2)$/, 'not text'],
]

/** Quotations that are allowed, each with the reason. */
const quotations: readonly [path: string, text: string, reason: string][] = [
  ['src/components/claims/Claim.astro', '68.75 %', 'the article prints it so'],
  ['src/components/text/Passage.astro', '68.75 %', 'the article prints it so'],
  ['tests/unit/twins.test.ts', '68.75 %', 'the article prints it so'],
  ['tests/unit/figures.test.ts', '45 %', 'an author may write it so, and the check must find it'],
  ['tests/unit/figures.test.ts', '68.75 %', 'the article prints it so'],
  ['tests/unit/figures.test.ts', '68 %', 'an author may write it so, and the check must find it'],
]

/** Every forbidden phrase of a text, after its line. */
function findForbidden(text: string): string[] {
  return Array.from(text.matchAll(forbidden), ({ index, 0: phrase }) => {
    const line = text.slice(0, index).split('\n').length
    return `${line}: ${phrase.replaceAll(/\s+(\S+\s)?\s*/g, ' ')}`
  })
}

test.each([
  ['It runs for ever.', ['1: for ever']],
  ['Start.\n# It goes\n# on.', ['2: goes on']],
  ['up 45 %', ['1: 45 %']],
  ['forEver(goesOnce, 45 + n % 2)', []],
])('the search for forbidden phrases in %j finds %j', (text, found) => {
  expect(findForbidden(text)).toEqual(found)
})

test('no comment, message, prose or test name outside content/ uses a forbidden phrase', () => {
  const paths = repositoryFiles().filter((path) => !skipped.some(([files]) => files.test(path)))
  const found = paths.flatMap((path) => {
    const allowed = quotations.flatMap(([file, text]) => (file === path ? [text] : []))
    const text = readFileSync(join(root, path), 'utf8')
    const rest = allowed.reduce((rest, quotation) => rest.replaceAll(quotation, ''), text)
    return findForbidden(rest).map((phrase) => `${path}:${phrase}`)
  })
  expect(found).toEqual([])
})
