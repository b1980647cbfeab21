import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Files that do not depend on the bus, as the guides say. */
const shared = [
  'port',
  ...['orders', 'shipping', 'dead-letters', 'analytics', 'demo'].map((name) => `service/${name}`),
]

test.each(shared)('both bus examples have the same src/%s.ts', (name) => {
  const [kafka, lean] = ['kafka', 'lean-bus'].map((example) =>
    readFileSync(`examples/${example}/src/${name}.ts`, 'utf8'),
  )
  expect(lean).toBe(kafka)
})
