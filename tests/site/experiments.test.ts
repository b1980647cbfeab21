import { expect, inject, test } from 'vitest'

const { origin } = inject('site')

/** The text of every experiment on a page. */
async function experimentsOf(path: string): Promise<string[]> {
  const html = await (await fetch(origin + path)).text()
  const figures = html.matchAll(/<figure class="snippet experiment">(.*?)<\/figure>/gs)
  return Array.from(figures, ([, figure = '']) => figure.replaceAll(/<[^>]*>/g, ''))
}

/** The output of the program of an experiment during its requests. */
const printedIn = (text: string) => text.split('meanwhile the program printed')[1] ?? ''

/** The first group of every match. */
const all = (text: string, pattern: RegExp) => Array.from(text.matchAll(pattern), ([, one]) => one)

test('responses to concurrent requests are shown in the order in which the program sent them', async () => {
  const shown = (await experimentsOf('/guides/async/')).filter((text) => text.includes(' &amp;'))
  const orders = shown.map((text) => all(text, /\d\. GET (\/\w+): 200/g))
  const printed = shown.map((text) => all(printedIn(text), /(\/\w+) is answered/g))
  expect(orders).toEqual(printed)
  // The page has both: a report that blocks the other request, and one that does not.
  expect(orders).toContainEqual(['/report', '/health'])
  expect(orders).toContainEqual(['/health', '/report'])
})

test('sequential and concurrent calls have the same result and differ in the order of their output', async () => {
  const shown = (await experimentsOf('/guides/async/')).filter((text) => text.includes('asks'))
  expect(shown.map((text) => all(text, /totalCents": (\d+)/g))).toEqual([['4690'], ['4690']])
  const [concurrent, sequential] = shown.map((text) =>
    all(printedIn(text), /(asks \w+|\w+ answers)/g),
  )
  expect(concurrent).toEqual(['asks price', 'asks shipping', 'price answers', 'shipping answers'])
  expect(sequential).toEqual(['asks price', 'price answers', 'asks shipping', 'shipping answers'])
})

test('a request that only prepares the next one is shown without its body', async () => {
  const [first = ''] = await experimentsOf('/guides/async/')
  expect(first).toContain('201 application/json')
  expect(first).not.toContain('createdAt')
})

test('an experiment shows the exit code of a program that exited, and no other does', async () => {
  const shown = await experimentsOf('/guides/async/')
  const ended = shown.filter((text) => text.includes('the program exited with code 1'))
  expect(ended).toHaveLength(1)
  expect(ended[0]).toContain('202 application/json')
})

test('an experiment with several changes to one file shows the file name once', async () => {
  const shown = await experimentsOf('/guides/async/')
  const [changed = ''] = shown.filter((text) => text.includes('await null'))
  expect(all(changed, /(blocked\.js)\s*changed/g)).toHaveLength(1)
  expect(all(changed, /([-+]) app\.get\(/g)).toEqual(['-', '+'])
})

test('the table of lines per region leaves out a region inside another', async () => {
  const html = await (await fetch(`${origin}/guides/express/`)).text()
  const [, table = ''] = /<table class="region-lines">(.*?)<\/table>/s.exec(html) ?? []
  const regions = all(table, /<th scope="row"> *<code>([\w-]+)<\/code>/g)
  expect(regions.sort()).toEqual(
    ['errors', 'model', 'openapi', 'routes', 'shutdown', 'validation'].sort(),
  )
})
