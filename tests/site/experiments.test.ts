import { expect, inject, test } from 'vitest'

const { origin } = inject('site')

/** The experiments of a page as they are shown, without tags. */
async function experimentsOf(path: string): Promise<string[]> {
  const html = await (await fetch(origin + path)).text()
  const figures = html.matchAll(/<figure class="snippet experiment">(.*?)<\/figure>/gs)
  return Array.from(figures, ([, figure = '']) => figure.replaceAll(/<[^>]*>/g, ''))
}

/** What the program of an experiment printed while it was asked. */
const printedIn = (text: string) => text.split('meanwhile the program printed')[1] ?? ''

/** What the pattern finds again and again, by its first group. */
const all = (text: string, pattern: RegExp) => Array.from(text.matchAll(pattern), ([, one]) => one)

test('answers to requests sent together stand in the order in which the program gave them', async () => {
  const shown = (await experimentsOf('/guides/async/')).filter((text) => text.includes(' &amp;'))
  const orders = shown.map((text) => all(text, /\d\. GET (\/\w+): 200/g))
  const printed = shown.map((text) => all(printedIn(text), /(\/\w+) is answered/g))
  expect(orders).toEqual(printed)
  // Both happen on this page: a report that keeps the others waiting, and one that does not.
  expect(orders).toContainEqual(['/report', '/health'])
  expect(orders).toContainEqual(['/health', '/report'])
})

test('calls in turn and side by side give the same answer and differ in what was printed', async () => {
  const shown = (await experimentsOf('/guides/async/')).filter((text) => text.includes('asks'))
  expect(shown.map((text) => all(text, /totalCents": (\d+)/g))).toEqual([['4690'], ['4690']])
  const [sideBySide, inTurn] = shown.map((text) => all(printedIn(text), /(asks \w+|\w+ answers)/g))
  expect(sideBySide).toEqual(['asks price', 'asks shipping', 'price answers', 'shipping answers'])
  expect(inTurn).toEqual(['asks price', 'price answers', 'asks shipping', 'shipping answers'])
})

test('a request that only prepares another is shown with its status and no body', async () => {
  const [first = ''] = await experimentsOf('/guides/async/')
  expect(first).toContain('201 application/json')
  expect(first).not.toContain('createdAt')
})

test('a program that ended by itself says so, and no other', async () => {
  const shown = await experimentsOf('/guides/async/')
  const ended = shown.filter((text) => text.includes('ended by itself, with exit code 1'))
  expect(ended).toHaveLength(1)
  expect(ended[0]).toContain('202 application/json')
})

test('changes to one file stand below its name once', async () => {
  const shown = await experimentsOf('/guides/async/')
  const [changed = ''] = shown.filter((text) => text.includes('await null'))
  expect(all(changed, /(blocked\.js)\s*changed/g)).toHaveLength(1)
  expect(all(changed, /([-+]) app\.get\(/g)).toEqual(['-', '+'])
})

test('lines of code are counted once: a region inside another is not listed', async () => {
  const html = await (await fetch(`${origin}/guides/express/`)).text()
  const [, table = ''] = /<table class="region-lines">(.*?)<\/table>/s.exec(html) ?? []
  const regions = all(table, /<th scope="row"> *<code>([\w-]+)<\/code>/g)
  expect(regions.sort()).toEqual(
    ['errors', 'model', 'openapi', 'routes', 'shutdown', 'validation'].sort(),
  )
})
