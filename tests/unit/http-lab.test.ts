import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  checkContract,
  checkCore,
  checkLittle,
  checkRate,
  checkSame,
  isGeneratorBound,
} from '../../lab/http/gates.ts'
import { openJournal } from '../../lab/http/journal.ts'
import { poissonMoments, runOpenLoop } from '../../lab/http/open-loop.ts'
import { compareCost, pairRounds, summarizeCost, type CostSample } from '../../lab/http/record.ts'
import { orderOf } from '../../lab/http/run.ts'
import { compareRounds, isUndecided } from '../../lab/http/statistics.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const pairs = (...ratios: number[]) => ratios.map((ratio) => [ratio, 1] as const)

describe('comparisons', () => {
  test('rounds are compared by the geometric mean of their ratios', () => {
    expect(compareRounds(pairs(2, 8)).ratio).toBeCloseTo(4)
    expect(compareRounds(pairs(3, 3, 3))).toEqual({
      ratio: expect.closeTo(3),
      low: expect.closeTo(3),
      high: expect.closeTo(3),
    })
  })

  test('a machine that is slower in one round changes both stacks, and so not their ratio', () => {
    const { ratio, low, high } = compareRounds([
      [20, 10],
      [60, 30],
      [22, 11],
    ])
    expect([ratio, low, high]).toEqual([2, 2, 2].map((value) => expect.closeTo(value) as number))
  })

  test('the interval lies between the lowest and the highest round, and is the same at each call', () => {
    const rounds = pairs(1, 1.2, 1.4, 1.6, 1.8)
    const { ratio, low, high } = compareRounds(rounds)
    expect(low).toBeGreaterThan(1)
    expect(low).toBeLessThan(ratio)
    expect(high).toBeGreaterThan(ratio)
    expect(high).toBeLessThan(1.8)
    expect(compareRounds(rounds)).toEqual({ ratio, low, high })
  })

  test.each([
    { low: 0.9, high: 1.1, expected: true },
    { low: 1.04, high: 1.5, expected: true },
    { low: 1.06, high: 1.5, expected: false },
    { low: 0.5, high: 0.94, expected: false },
    { low: 0.5, high: 0.96, expected: true },
  ])('the interval $low to $high is undecided: $expected', ({ low, high, expected }) => {
    expect(isUndecided({ ratio: 1, low, high })).toBe(expected)
  })
})

describe('gates', () => {
  test('a stack that fails the contract is refused, with the first check that fails', () => {
    const passed = { name: 'orders are created', passed: true }
    const failed = { name: 'errors are problems', passed: false, error: 'expected 422, got 500' }
    expect(checkContract([passed])).toBeUndefined()
    expect(checkContract([passed, failed, failed])).toBe(
      'fails 2 of 3 checks of the contract: "errors are problems": expected 422, got 500',
    )
  })

  test.each([
    [64, 1_000, 64, undefined],
    [64, 1_000, 58, undefined],
    [64, 1_000, 57, /gives 57\.0 requests in flight instead of 64/],
    [64, 1_000, 71, /71\.0/],
  ])(
    '%i connections at %i requests per second with a mean of %i ms obey Little’s law or are refused',
    (connections, requestsPerSecond, meanLatency, problem) => {
      const found = checkLittle({ connections, duration: 100, requestsPerSecond, meanLatency })
      if (problem) expect(found).toMatch(problem)
      else expect(found).toBeUndefined()
    },
  )

  test('requests that the end of a load cut off count as in flight for half of a latency', () => {
    const load = { connections: 1_000, duration: 4, requestsPerSecond: 1_750, meanLatency: 500 }
    expect(checkLittle(load)).toBeUndefined()
    expect(checkLittle({ ...load, duration: 40 })).toMatch(/gives 881\.3 requests in flight/)
  })

  test('a rate that is missed by more than 1% is refused', () => {
    expect(checkRate({ offered: 1_000, achieved: 991 })).toBeUndefined()
    expect(checkRate({ offered: 1_000, achieved: 989 })).toMatch(/989 of 1000 requests per second/)
  })

  const idle = { foreign: 0, steal: 0, generator: 0.5 }

  test('another process or another machine on the core of the service is refused', () => {
    expect(checkCore(idle)).toBeUndefined()
    expect(checkCore({ ...idle, foreign: 0.05 })).toMatch(/^other processes used 5\.0%/)
    expect(checkCore({ ...idle, steal: 0.06 })).toMatch(/^the hypervisor took 6\.0%/)
  })

  test('a generator that uses its whole core is the limit', () => {
    expect(isGeneratorBound(idle)).toBe(false)
    expect(isGeneratorBound({ ...idle, generator: 0.9 })).toBe(true)
  })

  test('the same stack entered twice is refused when it differs from itself', () => {
    expect(checkSame(pairs(0.98, 1, 1.03))).toBeUndefined()
    expect(checkSame(pairs(1.2, 1.21, 1.22))).toMatch(/entered twice differs: 1\.210/)
  })
})

/** A sample that took this much CPU time for each of its requests. */
const sample = (stack: CostSample['stack'], round: number, micros: number): CostSample => ({
  ...{ stack, round, scene: 'post', logs: false, connections: 64, requests: 2_000, duration: 1 },
  ...{ meanLatency: 32, cpuTime: micros * 2, foreign: 0, steal: 0, generator: 0.5 },
  ...{ idleMiB: 50, loadedMiB: 60 },
})
const wanted = { scene: 'post', connections: 64, logs: false } as const

describe('the record', () => {
  test('the cost of a request is CPU time by requests, with every round', () => {
    const samples = [sample('express', 1, 40), sample('express', 2, 44), sample('express', 3, 41)]
    expect(summarizeCost(samples, 'express', wanted)).toEqual({
      median: 41,
      lowest: 40,
      highest: 44,
      rounds: [40, 44, 41],
    })
  })

  test('only measurements of the same round and the same load are compared', () => {
    const samples = [
      sample('express', 1, 40),
      sample('fastify', 1, 20),
      sample('express', 2, 80),
      { ...sample('fastify', 2, 1), connections: 1 },
      sample('fastify', 3, 1),
    ]
    expect(pairRounds(samples, 'express', 'fastify', wanted)).toEqual([[40, 20]])
    expect(compareCost(samples, 'fastify', 'express', wanted).ratio).toBeCloseTo(2)
  })

  test('each round has every stack once, in another order', () => {
    const ids = ['express', 'fastify', 'fastapi', 'axum'] as const
    const orders = [1, 2, 3, 4].map((round) => orderOf(ids, round))
    for (const order of orders) expect([...order].sort()).toEqual([...ids].sort())
    expect(new Set(orders.map((order) => order.join())).size).toBeGreaterThan(1)
    expect(orderOf(ids, 2)).toEqual(orders[1])
  })

  test('a run that was stopped continues, unless anything that decides it has changed', () => {
    const path = join(temporaryFolder({}, tmpdir()), 'journal.jsonl')
    const key = { hash: 'a', settings: { seconds: 3 } }
    openJournal<number>(path, key).add({ name: 'one', samples: [1, 2] })
    const resumed = openJournal<number>(path, key)
    expect(resumed.has('one')).toBe(true)
    resumed.add({ name: 'two', samples: [] })
    expect(openJournal(path, key).steps).toEqual([
      { name: 'one', samples: [1, 2] },
      { name: 'two', samples: [] },
    ])
    expect(openJournal(path, { ...key, hash: 'b' }).steps).toEqual([])
    expect(openJournal(path, key).steps).toEqual([])
  })
})

describe('the open loop', () => {
  /** Sends 200 requests per second for two seconds to a server with this handler. Those of the first second aren't counted. */
  async function load(handler: RequestListener) {
    const server = createServer(handler).listen(0, '127.0.0.1')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const request = { method: 'GET', path: '/', status: 200 } as const
    const load = { rate: 200, seconds: 1, seed: 'test', arrivals: 'random' } as const
    const options = { host: '127.0.0.1', port, request, ...load }
    return runOpenLoop(options)
  }

  const moments = poissonMoments(200, 2, 'test')
  const counted = moments.filter((moment) => moment >= 1_000).length

  test('requests are sent while none is answered, so a service that stalls delays all of them', async () => {
    const { length } = moments
    const held: (() => void)[] = []
    const result = await load((_request, response) => {
      held.push(() => response.end('ok'))
      if (held.length === length) for (const answer of held) answer()
    })
    expect(held).toHaveLength(length)
    expect(result.errors).toBe(0)
    // The first request that counts waited for the last one, which was sent nearly a second later.
    expect(result.max).toBeGreaterThan(900)
  })

  test('answers of another status and broken connections are counted as errors', async () => {
    let [asked, broken] = [0, 0]
    const result = await load((request, response) => {
      if (asked++ % 2 === 0) return response.writeHead(503, { 'content-length': 2 }).end('no')
      broken++
      return request.socket.destroy()
    })
    expect(asked).toBe(moments.length)
    expect(broken).toBeGreaterThan(0)
    expect(result.errors).toBe(counted)
  })

  test('a response without Content-Length is an error that shows it', async () => {
    const chunked = load((_request, response) => response.write('a') && response.end('b'))
    await expect(chunked).rejects.toThrow(/^a response has no Content-Length:\nHTTP\/1\.1 200 OK/)
  })

  test('the moments of a rate are random, repeat with their seed, and number about rate times seconds', () => {
    const moments = poissonMoments(1_000, 10, 'a')
    expect(poissonMoments(1_000, 10, 'a')).toEqual(moments)
    expect(poissonMoments(1_000, 10, 'b')).not.toEqual(moments)
    expect(Math.abs(moments.length - 10_000)).toBeLessThan(500)
    expect([...moments]).toEqual([...moments].sort((a, b) => a - b))
  })
})
