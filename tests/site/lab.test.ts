import { describe, expect, inject, test } from 'vitest'
import { httpRecord } from '../../lab/http/record.ts'
import { answers } from '../../src/model/lab/answers.ts'
import { listChanges, readHttpRecord } from '../../src/model/lab/http.ts'

const { origin } = inject('site')
const read = async (path: string) => (await fetch(origin + path)).text()

/** The text of a page, without its tags. */
const textOf = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&gt;', '>')
    .replaceAll(/\s+/g, ' ')

const record = readHttpRecord()

describe.each([inject('site'), inject('siteBelow')])(
  'the raw data with the base path $basePath',
  ({ origin, basePath }) => {
    test('the record of the HTTP lab can be downloaded as JSON, and its samples as CSV', async () => {
      const lab = `${origin}${basePath}lab/`
      expect(await (await fetch(`${lab}http.json`)).json()).toEqual(httpRecord.read())
      for (const experiment of ['cost', 'latency'] as const) {
        const response = await fetch(`${lab}http-${experiment}.csv`)
        expect(response.headers.get('content-type')).toMatch(/^text\/csv/)
        const [head = '', ...lines] = (await response.text()).trimEnd().split('\r\n')
        expect(lines).toHaveLength(record[experiment].length)
        const [first] = record[experiment]
        expect(head.split(',')).toEqual(Object.keys(first ?? {}))
        expect(lines[0]).toBe(Object.values(first ?? {}).join())
      }
    })

    test('each chart of the HTTP lab links to its raw data and names the command', async () => {
      const html = await (await fetch(`${origin}${basePath}lab/cost/`)).text()
      const figures = html.match(/<figure .*?<\/figure>/gs) ?? []
      expect(figures.length).toBeGreaterThan(0)
      for (const figure of figures) {
        expect(figure).toContain(`href="${basePath}lab/http.json"`)
        expect(figure).toContain(`href="${basePath}lab/http-cost.csv"`)
        expect(figure).toContain('npm run lab -- http')
      }
    })
  },
)

test('each question of the lab opens its page with the answer, and /lab/ lists all answers', async () => {
  const list = textOf(await read('/lab/'))
  for (const { page, read: answer } of answers) {
    const { sentence } = answer()
    expect(list).toContain(sentence)
    expect(textOf(await read(`/${page}/`)), page).toContain(sentence)
  }
})

test('a record whose inputs have changed is marked as stale, and one that is up to date has a tick', async () => {
  const [mark = ''] = /<p class="proof">.*?<\/p>/s.exec(await read('/lab/cost/')) ?? []
  const isStale = listChanges(record).length > 0
  expect(mark).toContain(isStale ? '±' : '✓')
  expect(mark.includes('has changed since')).toBe(isStale)
  expect(textOf(await read('/lab/')).includes('± outdated')).toBe(isStale)
})

test.each([
  '/',
  '/which-backend/',
  '/guides/express/',
  '/guides/fastapi/',
  '/guides/where-rust-pays/',
])('%s shows what a request costs', async (path) => {
  expect(textOf(await read(path))).toMatch(/validated POST/)
})
