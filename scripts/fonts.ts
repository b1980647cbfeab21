/**
 * Writes the site's fonts to src/styles/fonts: `node scripts/fonts.ts`.
 *
 * Each font has only the characters and layout features that the site uses, as woff2. Run this again only if a character is
 * missing. The fonts are committed, so a build doesn't need it.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import subsetFont from 'subset-font'

const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join('')
const punctuation = '\u00A0–—…“”‘’'
const marks = '✓✗→←↗≤≥±×·€§°µ'

/** Layout features of the styles: kerning, ligatures (fi, fl), tabular and lining figures. */
const features = ['kern', 'liga', 'calt', 'ccmp', 'mark', 'tnum', 'lnum']

const serif = '@fontsource-variable/source-serif-4/files/source-serif-4-latin'
const mono = 'jetbrains-mono/fonts/webfonts/JetBrainsMonoNL'

const fonts = [
  {
    name: 'source-serif-4-text',
    from: `${serif}-wght-normal.woff2`,
    characters: ascii + punctuation + marks,
    options: { variationAxes: { wght: { min: 400, max: 700 } } },
  },
  {
    name: 'source-serif-4-text-italic',
    from: `${serif}-wght-italic.woff2`,
    characters: ascii + punctuation,
    options: { variationAxes: { wght: 400 } },
  },
  {
    // The optical size for headlines, with finer serifs.
    name: 'source-serif-4-display',
    from: `${serif}-opsz-normal.woff2`,
    characters: ascii + punctuation,
    options: { variationAxes: { wght: 640, opsz: 48 } },
  },
  {
    name: 'jetbrains-mono-nl-400',
    from: `${mono}-Regular.woff2`,
    characters: ascii + punctuation + marks,
    options: {},
  },
  {
    name: 'jetbrains-mono-nl-600',
    from: `${mono}-SemiBold.woff2`,
    characters: ascii + punctuation + marks,
    // Only short labels use this weight. Without hinting the font is half the size.
    options: { noHinting: true },
  },
]

const { resolve } = createRequire(import.meta.url)
let total = 0
for (const { name, from, characters, options } of fonts) {
  const font = await subsetFont(await readFile(resolve(from)), characters, {
    targetFormat: 'woff2',
    keepFeatures: features,
    ...options,
  })
  await writeFile(new URL(`../src/styles/fonts/${name}.woff2`, import.meta.url), font)
  total += font.length
  console.log(`${String(font.length).padStart(6)}  ${name}.woff2`)
}
console.log(`${String(total).padStart(6)}  in total`)
