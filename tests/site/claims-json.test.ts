import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { Claim } from '../../src/model/claims/schema.ts'
import { exampleIds } from '../../src/model/examples/example.ts'

interface ClaimEntry extends Claim {
  id: string
  part?: string
  sources: (Claim['sources'][number] & { host: string })[]
  links: { claim: string; guides: string[]; examples: string[] }
}

const folder = join(root, 'content/claims')
const files = readdirSync(folder).sort()

/** YAML on one line, without what it folds and quotes by. */
const plain = (yaml: string) => yaml.replaceAll(/ >-|'/g, '').replaceAll(/\s+/g, ' ')

/** Every text of an entry with its key, at any depth, as YAML writes them. */
function fields(value: object): string[] {
  return Object.entries(value).flatMap(([key, one]) => {
    if (typeof one === 'string') return Number.isNaN(Number(key)) ? [`${key}: ${one}`] : [one]
    return typeof one === 'object' ? fields(one as object) : []
  })
}

describe.each([inject('site'), inject('siteBelow')])(
  '/claims.json below $basePath',
  ({ origin, basePath }) => {
    const read = async () =>
      (await (await fetch(`${origin}${basePath}claims.json`)).json()) as ClaimEntry[]

    test('holds all 22 statements, two of them in two parts', async () => {
      const entries = await read()
      expect(entries.map(({ id, part = '' }) => `${id}${part}.yaml`)).toEqual(files)
      expect(entries.length).toBe(24)
      expect([...new Set(entries.map(({ id }) => id))]).toEqual(
        Array.from({ length: 22 }, (_, index) => `c${String(index + 1).padStart(2, '0')}`),
      )
    })

    test('says what the files say, and all of it', async () => {
      for (const entry of await read()) {
        const { id, part = '', links, ...claim } = entry
        const yaml = plain(readFileSync(join(folder, `${id}${part}.yaml`), 'utf8'))
        const sources = claim.sources.map(({ host, ...source }) => {
          expect(host).toBe(new URL(source.url).hostname)
          return source
        })
        // The schema knows no other fields, and the verdicts are among those that it knows.
        expect(Claim.safeParse({ ...claim, sources }).error, id + part).toBeUndefined()
        for (const field of fields({ ...claim, sources })) {
          // What the schema says where a file says nothing.
          if (field !== 'dated: published') expect(yaml).toContain(plain(field))
        }
        expect(sources.length, id + part).toBe(yaml.split('url: ').length - 1)
        expect(yaml).toContain(`verdicts: [${claim.verdicts.join(', ')}]`)
        expect(links.guides.length).toBe(claim.guides.length)
      }
    })

    test('every source is linked by HTTPS and dated, and what has none says so', async () => {
      for (const { id, verdicts, sources } of await read()) {
        if (!verdicts.includes('no-source')) expect(sources.length, id).toBeGreaterThan(0)
        for (const { url, date, host } of sources) {
          expect(url).toMatch(/^https:\/\//)
          expect(host).toMatch(/\w\.\w/)
          expect(date <= new Date().toISOString(), `${id}: ${date}`).toBe(true)
        }
      }
    })

    test('links to the place of each claim in the ledger, and to guides and examples that are there', async () => {
      const ledger = await (await fetch(`${origin}${basePath}claims/`)).text()
      for (const { id, part = '', examples, links } of await read()) {
        expect(links.claim).toBe(`${origin}${basePath}claims/#${id}${part}`)
        expect(ledger).toContain(`<h3 id="${id}${part}">`)
        expect(exampleIds()).toEqual(expect.arrayContaining(examples))
        for (const link of [...links.guides, ...links.examples]) {
          expect((await fetch(link)).status, link).toBe(200)
        }
      }
    })
  },
)
