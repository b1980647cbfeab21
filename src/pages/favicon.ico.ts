import type { APIRoute } from 'astro'
import sharp from 'sharp'

const size = 32

/** The icon for programs that ask for it at this address and don't read SVG: an ICO file that holds one PNG. */
export const GET: APIRoute = async () => {
  const png = await sharp('public/favicon.svg').resize(size).png().toBuffer()
  const header = Buffer.alloc(22)
  header.writeUInt16LE(1, 2) // an icon, not a cursor
  header.writeUInt16LE(1, 4) // pictures in the file
  header.writeUInt8(size, 6) // width
  header.writeUInt8(size, 7) // height
  header.writeUInt16LE(1, 10) // color planes
  header.writeUInt16LE(32, 12) // bits per pixel
  header.writeUInt32LE(png.length, 14)
  header.writeUInt32LE(header.length, 18) // where the picture begins
  return new Response(Buffer.concat([header, png]), { headers: { 'Content-Type': 'image/x-icon' } })
}
