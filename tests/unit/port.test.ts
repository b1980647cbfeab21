import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What does not change with the bus, as the guides say. */
const shared = ['port', 'orders', 'shipping', 'dead-letters', 'analytics', 'demo']

test.each(shared)('both examples of a bus have the same src/%s.ts', (name) => {
  const [kafka, lean] = ['kafka', 'lean-bus'].map((example) =>
    readFileSync(`examples/${example}/src/${name}.ts`, 'utf8'),
  )
  expect(lean).toBe(kafka)
})
