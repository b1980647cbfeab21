import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runtimesOf, thisNode } from '../../contracts/process/runtimes.ts'
import {
  addUse,
  checkCompileCache,
  checkDropped,
  checkOrder,
} from '../../lab/cold-start/timings/gates.ts'
import { markJavaScript, markPython, readMarks } from '../../lab/cold-start/timings/marks.ts'
import { addPages, dropPages } from '../../lab/cold-start/timings/page-cache.ts'
import {
  compareStarts,
  summarizeStarts,
  variantIds,
  type Sample,
} from '../../lab/cold-start/timings/record.ts'
import { orderOf } from '../../lab/cold-start/timings/run.ts'
import { divide, measureStart } from '../../lab/cold-start/timings/start.ts'
import { checkCore } from '../../lab/http/gates.ts'
import { findFincore } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const sample = (round: number, variant: Sample['variant'], answered: number): Sample => ({
  ...{ round, variant, pages: 'cached', answered },
  ...{ rssMiB: 80, pssMiB: 40, foreign: 0, steal: 0 },
})

describe('starts', () => {
  test('only starts of the same round and the same state of the page cache are compared', () => {
    const samples: Sample[] = [
      sample(1, 'express-compiled', 100),
      sample(1, 'fastapi', 300),
      sample(2, 'express-compiled', 200),
      sample(2, 'fastapi', 600),
      { ...sample(2, 'fastapi', 9_000), pages: 'dropped' },
      sample(3, 'fastapi', 9_000),
    ]
    expect(summarizeStarts(samples, 'express-compiled', 'cached')).toEqual({
      ...{ median: 200, lowest: 100, highest: 200 },
      middle: samples[2],
    })
    expect(compareStarts(samples, 'fastapi', 'express-compiled', 'cached')).toEqual({
      ratio: expect.closeTo(3),
      low: expect.closeTo(3),
      high: expect.closeTo(3),
    })
  })

  test('each round has every variant with its files in memory and without, in another order', () => {
    const orders = [1, 2, 3].map((round) =>
      orderOf(round).map(({ variant, pages }) => `${variant} ${pages}`),
    )
    for (const order of orders) expect(new Set(order).size).toBe(2 * variantIds.length)
    expect(new Set(orders.map((order) => order.join())).size).toBe(3)
  })

  test('a start is divided at its marks, and the pieces add up to it', () => {
    const marks = { runtime: 1_050, modules: 1_180, listening: 1_190 }
    expect(divide(marks, 1_000, 1_195)).toEqual({
      pieces: { runtime: 50, modules: 130, app: 10, request: 5 },
    })
    expect(divide({ listening: 1_190 }, 1_000, 1_195)).toEqual({})
  })

  test('marks are read from stderr, among other output', () => {
    const stderr = 'a warning\nmark runtime 12.5\nmark modules 20.25\nmark other 3\n'
    expect(readMarks(stderr)).toEqual({ runtime: 12.5, modules: 20.25 })
  })

  test('Python’s marks surround the imports of main.py', () => {
    const marked = markPython('"""Starts."""\n\nimport os\nfrom app import app\n\nrun(app)\n')
    const places = ['write_mark("runtime")', 'from app import app', 'write_mark("modules")']
    const found = places.map((text) => marked.indexOf(text))
    expect(found).toEqual(found.toSorted((a, b) => a - b))
    expect(found[0]).toBeGreaterThan(0)
    expect(() => markPython('run()\n')).toThrow('main.py has no imports')
  })
})

describe('gates', () => {
  test('another process that uses 5% of the service’s core during a round is refused', () => {
    const starts = [100, 300].map((answered) => ({ answered, foreign: 0, steal: 0 }))
    const busy = (foreign: number) => addUse([{ answered: 100, foreign, steal: 0 }, ...starts])
    expect(checkCore(busy(20))).toBeUndefined()
    expect(checkCore(busy(25))).toMatch(/^other processes used 5\.0%/)
    // The kernel counts in ticks, so a process may seem to have used more than there was.
    expect(checkCore(busy(-25))).toBeUndefined()
    expect(checkCore(addUse([{ answered: 500, foreign: 0, steal: 30 }]))).toMatch(/^the hypervisor/)
  })

  test('a compile cache that Node does not use is refused', () => {
    const used = 'COMPILE_CACHE: cache for main.mjs was accepted, keeping the in-memory entry'
    expect(checkCompileCache(used)).toBeUndefined()
    expect(checkCompileCache('COMPILE_CACHE: reading cache: not found')).toMatch(/did not accept/)
  })

  test('files that stay in memory are refused', () => {
    expect(checkDropped({ size: 1_000_000, resident: 10_000 })).toBeUndefined()
    expect(checkDropped({ size: 1_000_000, resident: 10_001 })).toMatch(
      /^10001 of 1000000 bytes stayed in memory: set TMPDIR/,
    )
  })

  test('a mark that contradicts another one is refused', () => {
    const pieces = { runtime: 50, modules: 130, app: 10, request: 5 }
    expect(checkOrder({ pieces })).toBeUndefined()
    expect(checkOrder({})).toBeUndefined()
    expect(checkOrder({ pieces: { ...pieces, app: -1 } })).toMatch(/^"app" took less than no time/)
  })
})

test('the output of fincore is added up', () => {
  expect(addPages('  4096 4096\n 10000     0\n')).toEqual({ size: 14_096, resident: 4_096 })
})

describe.runIf(process.platform === 'linux')('on Linux', () => {
  const { name, path } = thisNode()
  const deploy = (text: string) => ({
    directory: temporaryFolder({ 'main.mjs': markJavaScript(text) }, tmpdir()),
    argv: [path, 'main.mjs'],
    env: { ...process.env, PORT: '0' },
  })
  const server = (status: number) => `import { createServer } from 'node:http'
const server = createServer((_request, response) => response.writeHead(${status}).end())
server.listen(0, '127.0.0.1', () => console.log(\`http://127.0.0.1:\${server.address().port}\`))
`

  test(`a start of ${name} is measured with its pieces and its memory`, async () => {
    const { answered, pieces, rssMiB, pssMiB } = await measureStart(deploy(server(200)))
    const sum = Object.values(pieces ?? {}).reduce((total, piece) => total + piece, 0)
    expect(Object.keys(pieces ?? {})).toEqual(['runtime', 'modules', 'app', 'request'])
    expect(Math.abs(sum - answered)).toBeLessThan(0.5)
    expect(Math.min(...Object.values(pieces ?? {}))).toBeGreaterThan(0)
    expect(rssMiB).toBeGreaterThan(pssMiB)
  })

  test('a service that answers with an error or ends is no sample', async () => {
    await expect(measureStart(deploy(server(503)))).rejects.toThrow('answered with HTTP/1.1 503')
    await expect(measureStart(deploy('throw new Error("no port")'))).rejects.toThrow(
      /main\.mjs did not start:[^]*no port/,
    )
  })

  describeWith('with fincore', findFincore(), (fincore) => {
    const python = runtimesOf('python').at(-1)?.path ?? 'python3'

    test('files on a disk leave the memory, and files in memory alone are refused', async () => {
      const text = 'a'.repeat(100_000)
      const onDisk = temporaryFolder({ 'a/one': text, two: text }, import.meta.dirname)
      const inMemory = temporaryFolder({ one: text }, '/dev/shm')
      writeFileSync(join(onDisk, 'empty'), '')
      const dropped = await dropPages({ python, fincore }, onDisk)
      expect(dropped).toEqual({ size: 200_000, resident: 0 })
      const kept = await dropPages({ python, fincore }, inMemory)
      expect(checkDropped(kept)).toMatch(/stayed in memory: set TMPDIR/)
    })
  })
})
