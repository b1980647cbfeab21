import type { APIRoute, GetStaticPaths } from 'astro'
import { readExamples } from '../../model/examples/example.ts'
import { starterArchives, type StarterArchive } from '../../model/examples/starter.ts'

export const getStaticPaths = (async () => {
  const archives = (await Promise.all(readExamples().map(starterArchives))).flat()
  return archives.map((archive) => ({ params: { archive: archive.name }, props: archive }))
}) satisfies GetStaticPaths

export const GET: APIRoute<StarterArchive> = ({ props }) =>
  new Response(new Uint8Array(props.bytes), { headers: { 'content-type': props.mediaType } })
