import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { programs, sessions } from '../../lab/cold-start/sessions.ts'
import { readSession } from '../../src/components/lab/cold-start/cold-start.ts'

const place = { file: 'content/guides/cold-starts.mdx' }

test('the cold-start guide shows every session and every program of the lab', () => {
  const page = readFileSync(place.file, 'utf8')
  const shown = (pattern: RegExp) => Array.from(page.matchAll(pattern), ([, name]) => name)
  expect(shown(/<ColdStart session="([^"]+)"/g).sort()).toEqual(sessions.map(({ id }) => id).sort())
  expect(shown(/<ColdStartProgram name="([^"]+)"/g)).toEqual([...programs])
})

test('an unknown cold-start session fails with the nearest name', () => {
  expect(() => readSession('bundel', place)).toThrow(
    /cold-starts\.mdx.*there is no cold-start session "bundel".*bundle/s,
  )
})
