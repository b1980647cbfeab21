import type { APIRoute, GetStaticPaths } from 'astro'
import { getCollection } from 'astro:content'
import { readExample } from '../../model/examples/example.ts'
import { proofSummary } from '../../model/examples/summary.ts'
import type { Card } from '../../build/cards/card.ts'
import { drawCard } from '../../build/cards/draw.ts'
import { sidebar } from '../../shell/sidebar/sidebar.ts'

export const getStaticPaths = (async () => {
  const pages = await getCollection('docs')
  return pages.map(({ id, data, body = '' }) => {
    const [, example] = /\bexample="([^"]+)"/.exec(body) ?? []
    const card: Card = {
      title: data.title,
      description: data.description ?? '',
      section: sidebar.find(({ items }) => items.includes(id))?.label,
      proof: example === undefined ? undefined : proofSummary(readExample(example)),
    }
    return { params: { slug: id === 'index' ? undefined : id }, props: card }
  })
}) satisfies GetStaticPaths

/** The picture of a page below `content/`. */
export const GET: APIRoute<Card> = ({ props }) => drawCard(props)
