import { readFileSync } from 'node:fs'
import satori, { type Font } from 'satori'
import sharp from 'sharp'
import { proofMarks, proofState, type ProofSummary } from '../../model/examples/summary.ts'
import { size, type Card } from './card.ts'

/** The light colours of src/styles/tokens.css, in the notation that pictures know. */
const colours = {
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

/** An element as React would make it, which is what Satori reads. */
const box = (style: Style, ...children: unknown[]) => ({
  type: 'div',
  props: { style: { display: 'flex', ...style }, children },
})

const mono: Style = { fontFamily: 'mono', fontSize: 24, color: colours.inkFaint }

/** A long title is set smaller, so that it and the description fit. */
function titleSize(title: string): number {
  if (title.length <= 28) return 96
  return title.length <= 56 ? 72 : 56
}

/** What the site says below an example, in the same order: mark, words, hash. */
function proofLine(proof: ProofSummary) {
  const { passed, total, runtimes, date, hash } = proof
  const state = proofState(proof)
  return [
    box({ color: colours[state] }, proofMarks[state]),
    box(
      { flexGrow: 1, color: colours.inkSoft },
      `${passed} of ${total} checks on ${runtimes}, ${date}`,
    ),
    box({}, hash),
  ]
}

/**
 * Draws the picture that stands for a page where it is linked to.
 *
 * @returns the answer to a request for it: a PNG of `size`
 * @throws Error for a character that the site's fonts lack
 */
export async function drawCard({ title, description, section, proof }: Card): Promise<Response> {
  const card = box(
    {
      width: '100%',
      height: '100%',
      boxSizing: 'border-box',
      flexDirection: 'column',
      padding: '48px 72px',
      backgroundColor: colours.paper,
      color: colours.ink,
    },
    box(
      {
        ...mono,
        fontSize: 30,
        color: colours.ink,
        gap: 18,
        paddingBottom: 28,
        borderBottom: `2px solid ${colours.ink}`,
      },
      box({ color: colours.verified }, '✓'),
      box({ flexGrow: 1 }, 'Backend Trade-Offs'),
      box({ color: colours.inkFaint }, section ?? ''),
    ),
    box(
      { flexDirection: 'column', flexGrow: 1, justifyContent: 'center', gap: 24 },
      box(
        {
          fontFamily: 'headline',
          fontSize: titleSize(title),
          lineHeight: 1.06,
          letterSpacing: '-0.015em',
          textWrap: 'balance',
          display: 'block',
          lineClamp: 3,
        },
        title,
      ),
      box(
        {
          fontFamily: 'text',
          fontSize: 34,
          lineHeight: 1.35,
          color: colours.inkSoft,
          textWrap: 'balance',
          display: 'block',
          lineClamp: 3,
        },
        description,
      ),
    ),
    box(
      { ...mono, gap: 18, paddingTop: 24, borderTop: `2px solid ${colours.ink}` },
      ...(proof ? proofLine(proof) : []),
    ),
  )
  const svg = await satori(card as Parameters<typeof satori>[0], {
    ...size,
    fonts,
    // Called for what no font can show; without it the character would vanish.
    loadAdditionalAsset: (_code, characters) => {
      throw new Error(
        `The fonts have no "${characters}", which stands in "${title}" or its description. Add it in scripts/fonts.ts.`,
      )
    },
  })
  const png = await sharp(Buffer.from(svg)).png({ palette: true }).toBuffer()
  return new Response(new Uint8Array(png), { headers: { 'content-type': 'image/png' } })
}
