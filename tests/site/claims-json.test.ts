import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import type { JudgedClaim } from '../../src/model/claims/judge.ts'
import { Claim } from '../../src/model/claims/schema.ts'
import { exampleIds } from '../../src/model/examples/example.ts'

interface ClaimEntry extends JudgedClaim {
  id: string
  part?: string
  sources: (Claim['sources'][number] & { host: string })[]
  links: { claim: string; guides: string[]; examples: string[] }
}

const folder = join(root, 'content/claims')
const files = readdirSync(folder).sort()

/** YAML on one line, without its folding marks and quotes. */
const plain = (yaml: string) => yaml.replaceAll(/ >-|'/g, '').replaceAll(/\s+/g, ' ')

/** Every string of an entry with its key, at any depth, as in YAML. */
function fields(value: object): string[] {
  return Object.entries(value).flatMap(([key, one]) => {
    if (typeof one === 'string') return Number.isNaN(Number(key)) ? [`${key}: ${one}`] : [one]
    return typeof one === 'object' ? fields(one as object) : []
  })
}

describe.each([inject('site'), inject('siteBelow')])(
  '/claims.json with the base path $basePath',
  ({ origin, basePath }) => {
    const read = async () =>
      (await (await fetch(`${origin}${basePath}claims.json`)).json()) as ClaimEntry[]

    test('/claims.json lists all 22 claims, two of them in two parts', async () => {
      const entries = await read()
      expect(entries.map(({ id, part = '' }) => `${id}${part}.yaml`)).toEqual(files)
      expect(entries.length).toBe(24)
      expect([...new Set(entries.map(({ id }) => id))]).toEqual(
        Array.from({ length: 22 }, (_, index) => `c${String(index + 1).padStart(2, '0')}`),
      )
    })

    test('/claims.json has the same fields and values as the YAML files, and our own figures for a measured claim', async () => {
      for (const entry of await read()) {
        const { id, part = '', links, measured, ...claim } = entry
        const yaml = plain(readFileSync(join(folder, `${id}${part}.yaml`), 'utf8'))
        const sources = claim.sources.map(({ host, ...source }) => {
          expect(host).toBe(new URL(source.url).hostname)
          return source
        })
        // The schema rejects other fields and other verdicts.
        expect(Claim.safeParse({ ...claim, sources }).error, id + part).toBeUndefined()
        expect(yaml.includes('measured: true'), id + part).toBe(measured !== undefined)
        // The record decides the verdicts and the sentences of a measured claim, and says more than its file.
        if (measured)
          expect(plain(claim.finding)).toContain(/finding: (.*?) sources:/.exec(yaml)?.[1])
        const { subject, guides, examples } = claim
        const written = measured
          ? { claim: claim.claim, subject, guides, examples, sources }
          : { ...claim, sources }
        for (const field of fields(written)) {
          // A default of the schema, which the files leave out.
          if (field !== 'dated: published') expect(yaml).toContain(plain(field))
        }
        expect(sources.length, id + part).toBe(yaml.split('url: ').length - 1)
        if (!measured) expect(yaml).toContain(`verdicts: [${claim.verdicts.join(', ')}]`)
        expect(links.guides.length).toBe(claim.guides.length)
      }
    })

    test('a measured claim names the day of its figures and a page of the lab that exists', async () => {
      const measured = (await read()).flatMap((entry) => entry.measured ?? [])
      expect(measured.length).toBeGreaterThan(0)
      for (const { sentence, date, page, isStale } of measured) {
        expect(sentence).toMatch(/\d/)
        expect(date).toMatch(/^\d{4}-\d\d-\d\d$/)
        expect(isStale).toBeTypeOf('boolean')
        expect(page).toContain(`${origin}${basePath}lab/`)
        expect((await fetch(page)).status, page).toBe(200)
      }
    })

    test('every source of a claim has an HTTPS address and a date, and a claim without one has the verdict no-source', async () => {
      for (const { id, verdicts, sources } of await read()) {
        if (!verdicts.includes('no-source')) expect(sources.length, id).toBeGreaterThan(0)
        for (const { url, date, host } of sources) {
          expect(url).toMatch(/^https:\/\//)
          expect(host).toMatch(/\w\.\w/)
          expect(date <= new Date().toISOString(), `${id}: ${date}`).toBe(true)
        }
      }
    })

    test('/claims.json links to each claim in the ledger and to existing guides and examples', async () => {
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
