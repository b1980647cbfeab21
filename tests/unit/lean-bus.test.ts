import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** As they are published: without the lines that mark regions. */
function lines(name: string): number {
  const text = readFileSync(`examples/lean-bus/src/${name}.ts`, 'utf8')
  const isMarker = (line: string) => /^\s*\/\/ #(end)?region\b/.test(line)
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => !isMarker(line)).length
}

test('format, log, groups, server and client of the lean bus have 800 lines at most', () => {
  const files = ['format', 'log', 'groups', 'server', 'client']
  const sum = files.reduce((total, name) => total + lines(name), 0)
  expect(sum).toBeLessThanOrEqual(800)
})
