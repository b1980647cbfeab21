import type { APIRoute, GetStaticPaths } from 'astro'
import { readExamples } from '../../../../model/examples/example.ts'
import { proofSummary } from '../../../../model/examples/summary.ts'
import type { Card } from '../../../../build/cards/card.ts'
import { drawCard } from '../../../../build/cards/draw.ts'

export const getStaticPaths = (() =>
  readExamples().flatMap((example) =>
    example.manifest.parts.map(({ path, title, summary }) => {
      const card: Card = {
        title,
        description: summary,
        section: 'Example',
        proof: proofSummary(example),
      }
      return { params: { id: example.id, part: path }, props: card }
    }),
  )) satisfies GetStaticPaths

/** The picture of the page of a part of an example. */
export const GET: APIRoute<Card> = ({ props }) => drawCard(props)
