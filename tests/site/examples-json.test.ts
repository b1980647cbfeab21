import { createHash } from 'node:crypto'
import { describe, expect, inject, test } from 'vitest'
import { exampleIds, readExample } from '../../src/model/examples/example.ts'

interface ExampleEntry {
  id: string
  hash: string
  files: { path: string; bytes: number; sha256: string }[]
  runs: { stackblitz: unknown }
  links: Record<string, string>
}

describe.each([inject('site'), inject('siteBelow')])(
  '/examples.json with the base path $basePath',
  ({ origin, basePath }) => {
    const read = async () => {
      const response = await fetch(`${origin}${basePath}examples.json`)
      return (await response.json()) as { schema: number; examples: ExampleEntry[] }
    }

    test('/examples.json lists every example', async () => {
      const { schema, examples } = await read()
      expect(schema).toBe(1)
      expect(examples.map(({ id }) => id)).toEqual(exampleIds())
    })

    test('the hashes in /examples.json match the files that it lists', async () => {
      for (const { hash, files } of (await read()).examples) {
        const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('')
        expect(createHash('sha256').update(lines).digest('hex')).toBe(hash)
      }
    })

    test('/examples.json says where each example runs, and links to StackBlitz only where it runs', async () => {
      for (const { id, runs, links } of (await read()).examples) {
        const { stackblitz } = readExample(id).manifest.runs
        expect(runs.stackblitz, id).toEqual(stackblitz)
        expect('open' in links, id).toBe(stackblitz === true)
      }
    })

    test('the links in /examples.json lead to existing pages of this site', async () => {
      for (const { links } of (await read()).examples) {
        for (const link of Object.values(links)) {
          expect(link.startsWith(origin + basePath), link).toBe(true)
          expect((await fetch(link, { redirect: 'manual' })).status, link).toBe(200)
        }
      }
    })
  },
)
