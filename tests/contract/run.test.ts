import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connectionProbes } from '../../contracts/http/probes/connections.ts'
import { checks, probes, record, type HttpTarget } from '../../contracts/http/index.ts'
import { runContract } from '../../contracts/run.ts'

describe('runContract', () => {
  test('runContract continues after a check that fails and after a probe without an answer', async () => {
    const result = await runContract(
      {
        checks: [
          { name: 'a', run: () => Promise.reject(new Error('expected 1, got 2')) },
          { name: 'b', run: () => Promise.resolve() },
        ],
        probes: [
          { name: 'c', run: () => Promise.reject(new Error('closed')) },
          { name: 'd', run: (target) => Promise.resolve(`${target} says 404`) },
        ],
      },
      'it',
    )
    expect(result).toEqual({
      checks: [
        { name: 'a', passed: false, error: 'expected 1, got 2' },
        { name: 'b', passed: true },
      ],
      probes: [
        { name: 'c', answer: 'no answer: closed' },
        { name: 'd', answer: 'it says 404' },
      ],
    })
  })
})

describe('the HTTP contract', () => {
  test('no HTTP check passes against a service that does not answer', async () => {
    const target: HttpTarget = { fetch: () => Promise.reject(new TypeError('fetch failed')) }
    const result = await runContract({ checks, probes }, record(target))
    const passed = result.checks.filter((check) => check.passed).map(({ name }) => name)
    expect(passed).toEqual([])
    expect(new Set(result.probes.map(({ answer }) => answer))).toEqual(
      new Set(['no answer: fetch failed']),
    )
  })

  test('the names of HTTP checks and probes are unique', () => {
    for (const list of [checks, [...probes, ...connectionProbes]]) {
      const names = list.map(({ name }) => name)
      expect([...new Set(names)]).toEqual(names)
    }
  })

  test('the error of an HTTP check holds the request, the expected answer and the received one', async () => {
    const target: HttpTarget = { fetch: () => Promise.resolve(Response.json({ status: 'up' })) }
    const [health] = (await runContract({ checks: checks.slice(0, 1), probes: [] }, record(target)))
      .checks
    expect(health?.error).toBe('GET /health: expected {"status":"ok"}, got {"status":"up"}')
  })

  test('the HTTP contract imports nothing of Node.js, so that it runs in a page', () => {
    const imports = findImports(join('contracts', 'http', 'index.ts'))
    expect([...imports].filter((name) => !name.startsWith('contracts/')).sort()).toEqual([
      '@seriousme/openapi-schema-validator/schemas/v3.1/schema.json',
      'ajv-formats',
      'ajv/dist/2020.js',
    ])
  })
})

/** Everything that a module imports, directly or not: files by path, packages by name. */
function findImports(file: string, found = new Set<string>()): Set<string> {
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import) '([^']+)'/g)) {
    const path = name.startsWith('.') ? join(dirname(file), name) : name
    if (found.has(path)) continue
    found.add(path)
    if (existsSync(path)) findImports(path, found)
  }
  return found
}
