import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { programs, sessions } from '../../lab/cold-start/sessions.ts'
import { readSession } from '../../src/lab/cold-start.ts'

const place = { file: 'content/guides/cold-starts.mdx' }

test('every session and every program that is run is shown to readers', () => {
  const page = readFileSync(place.file, 'utf8')
  const shown = (pattern: RegExp) => Array.from(page.matchAll(pattern), ([, name]) => name)
  expect(shown(/<ColdStart session="([^"]+)"/g).sort()).toEqual(sessions.map(({ id }) => id).sort())
  expect(shown(/<ColdStartProgram name="([^"]+)"/g)).toEqual([...programs])
})

test('an unknown session names the nearest', () => {
  expect(() => readSession('bundel', place)).toThrow(
    /cold-starts\.mdx.*there is no cold-start session "bundel".*bundle/s,
  )
})
