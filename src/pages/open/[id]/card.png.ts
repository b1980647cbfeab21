import type { APIRoute, GetStaticPaths } from 'astro'
import { readExamples } from '../../../model/examples/example.ts'
import { proofSummary } from '../../../model/examples/summary.ts'
import type { Card } from '../../../build/cards/card.ts'
import { drawCard } from '../../../build/cards/draw.ts'
import { openPage } from './_page.ts'

export const getStaticPaths = (() =>
  readExamples()
    .filter(({ manifest }) => manifest.runs.stackblitz === true)
    .map((example) => {
      const card: Card = {
        ...openPage(example),
        section: 'Example',
        proof: proofSummary(example),
      }
      return { params: { id: example.id }, props: card }
    })) satisfies GetStaticPaths

/** The picture of the page that posts an example to StackBlitz. */
export const GET: APIRoute<Card> = ({ props }) => drawCard(props)
