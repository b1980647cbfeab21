import type { APIRoute } from 'astro'
import { readExamples } from '../../model/examples/example.ts'
import { starterArchives } from '../../model/examples/starter.ts'

/** The checksums of all archives, in the format of `sha256sum --check`. */
export const GET: APIRoute = async () => {
  const archives = (await Promise.all(readExamples().map(starterArchives))).flat()
  return new Response(archives.map(({ sha256, name }) => `${sha256}  ${name}\n`).join(''))
}
