import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { exampleIds } from '../../src/model/examples/example.ts'

const { origin } = inject('site')
const page = await (await fetch(`${origin}/which-backend/`)).text()
const decisions = JSON.parse(readFileSync(join(root, 'content/decisions.json'), 'utf8')) as {
  question: string
  take: string
  price: string
  evidence: string
  claims: string[]
}[]

/** The table row of a question, or an empty string. */
function row(question: string): string {
  return page.split('<tr>').find((part) => part.includes(`<th scope="row">${question}</th>`)) ?? ''
}

test.each(decisions)(
  'the decision "$question" shows its answer, its evidence and its price',
  ({ question, take, price, evidence, claims }) => {
    const html = row(question)
    expect(html).toContain(`href="${evidence}"`)
    expect(html).toContain(`>${price}.<`)
    for (const id of claims) expect(html).toContain(`href="/claims/#${id}"`)
    if (exampleIds().includes(take)) expect(html).toContain(`href="/open/${take}/"`)
    else expect(html).toContain(`<td>${take}</td>`)
  },
)
