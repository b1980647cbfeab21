import { globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { examplesOf } from '../../src/model/examples/example.ts'

test('each example for the bus is held to its contract in a file of its own', () => {
  const files = examplesOf('bus').map(({ id }) => `tests/contract/bus-${id}.test.ts`)
  expect(files.length).toBeGreaterThan(1)
  expect(globSync('tests/contract/bus-*.test.ts')).toEqual(expect.arrayContaining(files))
})
