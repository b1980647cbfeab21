import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Files that do not depend on the bus, as the guides say. The lean bus keeps all but the port in a folder. */
const shared = ['port', 'orders', 'shipping', 'dead-letters', 'analytics', 'demo']

test.each(shared)(
  'both bus examples have the same %s.ts except for the folders in its imports',
  (name) => {
    const read = (folder: string) =>
      readFileSync(`examples/${folder}/${name}.ts`, 'utf8').replaceAll("from '../", "from './")
    expect(read(name === 'port' ? 'lean-bus/src' : 'lean-bus/src/service')).toBe(read('kafka/src'))
  },
)
