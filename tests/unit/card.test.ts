import sharp from 'sharp'
import { expect, test } from 'vitest'
import { drawCard } from '../../src/build/cards/draw.ts'

const testResult = {
  passed: 58,
  total: 58,
  runtimes: 'Node 22.22.3 and 24.21.0',
  date: '2026-11-23',
  hash: '31f89c9',
  current: true,
}

/** The bottom of a card, where the test result line is, in black and white. */
async function bottom(title: string, description: string): Promise<Uint8Array> {
  const response = await drawCard({ title, description, section: 'Guides', testResult })
  const region = { left: 0, top: 516, width: 1200, height: 114 }
  const picture = sharp(await response.arrayBuffer()).extract(region)
  const pixels = await picture.grayscale().raw().toBuffer()
  return pixels.map((brightness) => (brightness < 128 ? 0 : 1))
}

test('the test result line on a card keeps its place however long the title and description are', async () => {
  const short = await bottom('Express', 'A guide.')
  expect(new Set(short).size).toBe(2)
  const long = await bottom(
    'A title that continues '.repeat(8),
    'A description that continues. '.repeat(20),
  )
  // Each picture has its own palette, so a few pixels differ. The line itself has thousands.
  expect(long.filter((pixel, index) => pixel !== short[index]).length).toBeLessThan(50)
})

test('a card with a character that no font has fails the build', async () => {
  const card = { title: 'Express', description: 'A snowman: ☃', section: undefined, testResult }
  await expect(drawCard(card)).rejects.toThrow('The fonts have no "☃", which is in "Express"')
})
