import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { root } from '../../scripts/program.mjs'

interface Decision {
  question: string
  take: string
  because: string
  price: string
  evidence: string
  claims: string[]
}
interface Option {
  id: string
  name: string
  documentation: string
  example?: string
}

const { origin } = inject('site')
const page = await (await fetch(`${origin}/which-backend/`)).text()
const read = (file: string): unknown =>
  JSON.parse(readFileSync(join(root, 'content', file), 'utf8'))
const decisions = read('decisions/decisions.json') as Decision[]
const options = read('decisions/options.json') as Option[]

test.each(decisions)(
  'the answer to "$question" is "$because", with its option, its price and its evidence',
  ({ question, because, take, price, evidence, claims }) => {
    const html = page
      .split('<li>')
      .find((item) => item.includes(`>${question}<`) && item.includes(`${because}.`))
    expect(html).toContain(`href="${evidence}"`)
    expect(html).toContain(`${price}.`)
    for (const id of claims) expect(html).toContain(`href="/claims/#${id}"`)
    const option = options.find(({ id }) => id === take)
    expect(html).toContain(option?.name ?? take)
    if (option?.example !== undefined) expect(html).toContain(`href="/open/${option.example}/"`)
    else if (option) expect(html).toContain(`href="#option-${take}"`)
  },
)

test.each(options)(
  'the option $name links to what runs it here or to its documentation',
  ({ id, name, documentation, example }) => {
    const html = page.split('<tr ').find((row) => row.startsWith(`id="option-${id}"`))
    expect(html).toContain(`>${name}</a>`)
    expect(html).toContain(
      `href="${example === undefined ? documentation : `/examples/${example}/`}"`,
    )
  },
)
