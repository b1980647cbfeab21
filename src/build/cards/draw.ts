import { readFileSync } from 'node:fs'
import satori, { type Font } from 'satori'
import sharp from 'sharp'
import { toneOf, type TestResultSummary } from '../../model/examples/test-result-summary.ts'
import { toneMarks } from '../../model/tone.ts'
import { size, type Card } from './card.ts'

/** The light colors of src/styles/tokens.css, as hex because Satori doesn't know OKLCH. */
const colors = {
  paper: '#fcfbf8',
  ink: '#181d26',
  inkSoft: '#454b53',
  inkFaint: '#5f646b',
  verified: '#0e6936',
  caveat: '#8a5600',
  wrong: '#b32322',
  unproven: '#6d4c9e',
}

const font = (name: string, file: string): Font => ({
  name,
  data: readFileSync(`src/styles/fonts/${file}.woff2`),
  weight: 400,
  style: 'normal',
})
const fonts = [
  font('headline', 'source-serif-4-display'),
  font('text', 'source-serif-4-text'),
  font('mono', 'jetbrains-mono-nl-400'),
]

type Style = Record<string, string | number>

/** An element in the form that React makes and Satori reads. */
const box = (style: Style, ...children: unknown[]) => ({
  type: 'div',
  props: { style: { display: 'flex', ...style }, children },
})

const paragraph: Style = { display: 'block', lineClamp: 3, textWrap: 'balance' }
const mono: Style = { fontFamily: 'mono', fontSize: 24, color: colors.inkFaint }

/** A smaller size for a long title, so that title and description fit. */
function titleSize(title: string): number {
  if (title.length <= 28) return 96
  return title.length <= 56 ? 72 : 56
}

/** The test result as on the site: mark, words, hash. */
function testResultLine(summary: TestResultSummary) {
  const { passed, total, runtimes, date, hash } = summary
  const tone = toneOf(summary)
  return [
    box({ color: colors[tone] }, toneMarks[tone]),
    box(
      { flexGrow: 1, color: colors.inkSoft },
      `${passed} of ${total} checks on ${runtimes}, ${date}`,
    ),
    box({}, hash),
  ]
}

/**
 * Draws the picture of a page that other sites show next to a link.
 *
 * @returns a response with a PNG of `size`
 * @throws Error for a character that the site's fonts don't have
 */
export async function drawCard({ title, description, section, testResult }: Card) {
  const card = box(
    {
      width: '100%',
      height: '100%',
      boxSizing: 'border-box',
      flexDirection: 'column',
      padding: '48px 72px',
      backgroundColor: colors.paper,
      color: colors.ink,
    },
    box(
      {
        ...mono,
        fontSize: 30,
        color: colors.ink,
        gap: 18,
        paddingBottom: 28,
        borderBottom: `2px solid ${colors.ink}`,
      },
      box({ color: colors.verified }, '✓'),
      box({ flexGrow: 1 }, 'Backend Trade-Offs'),
      box({ color: colors.inkFaint }, section ?? ''),
    ),
    box(
      { flexDirection: 'column', flexGrow: 1, justifyContent: 'center', gap: 24 },
      box(
        {
          ...paragraph,
          fontFamily: 'headline',
          fontSize: titleSize(title),
          lineHeight: 1.06,
          letterSpacing: '-0.015em',
        },
        title,
      ),
      box(
        {
          ...paragraph,
          fontFamily: 'text',
          fontSize: 34,
          lineHeight: 1.35,
          color: colors.inkSoft,
        },
        description,
      ),
    ),
    box(
      { ...mono, gap: 18, paddingTop: 24, borderTop: `2px solid ${colors.ink}` },
      ...(testResult ? testResultLine(testResult) : []),
    ),
  )
  const svg = await satori(card as Parameters<typeof satori>[0], {
    ...size,
    fonts,
    // Satori calls this for a character that no font has, and would leave the character out.
    loadAdditionalAsset: (_code, characters) => {
      throw new Error(
        `The fonts have no "${characters}", which is in "${title}" or its description. Add it in scripts/fonts.ts.`,
      )
    },
  })
  const png = await sharp(Buffer.from(svg)).png({ palette: true }).toBuffer()
  return new Response(new Uint8Array(png), { headers: { 'content-type': 'image/png' } })
}
