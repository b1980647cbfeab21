import type { APIRoute } from 'astro'
import sharp from 'sharp'

/** Width of the icon and of the margin around the sign, in pixels. iOS cuts the corners off and turns transparency black. */
const [size, margin] = [180, 24]

/** The icon of the site on the home screen of iOS, which asks for it at this address. */
export const GET: APIRoute = async () => {
  const background = '#fff'
  const png = await sharp('public/favicon.svg', { density: 72 * (size / 32) })
    .resize(size - 2 * margin)
    .extend({ top: margin, bottom: margin, left: margin, right: margin, background })
    .flatten({ background })
    .png()
    .toBuffer()
  return new Response(new Uint8Array(png), { headers: { 'Content-Type': 'image/png' } })
}
