import sharp from 'sharp'
import { expect, test } from 'vitest'
import { drawCard } from '../../src/build/cards/draw.ts'

const proof = {
  passed: 58,
  total: 58,
  runtimes: 'Node 22.22.3 and 24.21.0',
  date: '2026-11-23',
  hash: '31f89c9',
  current: true,
}

/** The lowest part of a picture, where the proof line stands, in black and white. */
async function foot(title: string, description: string): Promise<Uint8Array> {
  const response = await drawCard({ title, description, section: 'Guides', proof })
  const region = { left: 0, top: 516, width: 1200, height: 114 }
  const picture = sharp(await response.arrayBuffer()).extract(region)
  const pixels = await picture.greyscale().raw().toBuffer()
  return pixels.map((brightness) => (brightness < 128 ? 0 : 1))
}

test('the proof line stands in its place however long the text is', async () => {
  const short = await foot('Express', 'A guide.')
  expect(new Set(short).size).toBe(2)
  const long = await foot(
    'A title that goes on '.repeat(8),
    'A description that goes on. '.repeat(20),
  )
  // Each picture has a palette of its own, so that a few pixels fall on the other side. The line itself has thousands.
  expect(long.filter((pixel, index) => pixel !== short[index]).length).toBeLessThan(50)
})

test('a character that the fonts lack fails the build instead of vanishing', async () => {
  const card = { title: 'Express', description: 'A snowman: ☃', section: undefined, proof }
  await expect(drawCard(card)).rejects.toThrow('The fonts have no "☃", which stands in "Express"')
})
