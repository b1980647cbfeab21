import type { APIRoute, GetStaticPaths } from 'astro'
import { getCollection } from 'astro:content'
import type { Card } from '../../build/cards/card.ts'
import { drawCard } from '../../build/cards/draw.ts'
import { partAddress } from '../../model/examples/addresses.ts'
import { readExample, readExamples, type Example } from '../../model/examples/example.ts'
import { summarizeTestResult } from '../../model/examples/test-result-summary.ts'
import { sidebar } from '../../shell/sidebar/sidebar.ts'
import { hasOpenPage, openPage } from '../open/[id]/_paths.ts'

type Words = Pick<Card, 'title' | 'description'>

const path = (address: string, card: Card) => ({
  params: { slug: address.replace(/^\/|\/$/g, '') || undefined },
  props: card,
})

async function contentPaths() {
  const pages = await getCollection('docs')
  return pages.map(({ id, data, body = '' }) => {
    const [, example] = /\bexample="([^"]+)"/.exec(body) ?? []
    return path(id === 'index' ? '/' : id, {
      title: data.title,
      description: data.description ?? '',
      section: sidebar.find(({ items }) => items.includes(id))?.label,
      testResult: example === undefined ? undefined : summarizeTestResult(readExample(example)),
    })
  })
}

function examplePaths(example: Example) {
  const { id, manifest } = example
  const testResult = summarizeTestResult(example)
  const examplePath = (address: string, words: Words) =>
    path(address, { ...words, section: 'Example', testResult })
  return [
    ...[undefined, ...manifest.parts].map((part) => {
      const { title, summary: description } = part ?? manifest
      return examplePath(partAddress(example, part), { title, description })
    }),
    ...(hasOpenPage(example) ? [examplePath(`/open/${id}/`, openPage(example))] : []),
  ]
}

export const getStaticPaths = (async () => [
  ...(await contentPaths()),
  ...readExamples().flatMap(examplePaths),
]) satisfies GetStaticPaths

/** The picture of a page, shown where another site links to it. */
export const GET: APIRoute<Card> = ({ props }) => drawCard(props)
