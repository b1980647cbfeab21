import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { childrenIn } from '../../lab/kafka-cost/processes.ts'
import { setups } from '../../lab/kafka-cost/record.ts'
import { costOf, inputHash, readKafkaCost, recordPath, spread } from '../../src/lab/kafka-cost.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const record = readKafkaCost()

test('each setup was started at least five times, in turn', () => {
  const order = record?.samples.map(({ setup }) => setup) ?? []
  const rounds = order.length / setups.length
  expect(rounds).toBeGreaterThanOrEqual(5)
  expect(order).toEqual(Array.from({ length: rounds }, () => setups).flat())
})

test('what was measured is what it is called', () => {
  const processes = setups.map((setup) => record && costOf(record, setup).processes)
  expect(processes).toEqual([1, 3, 1])
  expect(record?.flags.filter((flag) => flag.startsWith('-Xmx'))).toHaveLength(1)
})

test('a record of another form is refused', () => {
  const root = temporaryFolder({ [recordPath]: JSON.stringify({ ...record, flags: [] }) }, tmpdir())
  expect(() => readKafkaCost(root)).toThrow(/flags/)
})

test.each(['servers/kafka/java.ts', 'servers/kafka/server.properties'])(
  'another %s is another hash',
  (file) => {
    const root = temporaryFolder({}, tmpdir())
    for (const folder of ['lab', 'servers', 'examples/kafka']) {
      cpSync(folder, join(root, folder), { recursive: true })
    }
    expect(inputHash(root)).toBe(inputHash())
    const text = readFileSync(file, 'utf8')
    writeFileSync(join(root, file), text.replace('192', '193').replace('4194304', '4194305'))
    expect(inputHash(root)).not.toBe(inputHash())
  },
)

test('the median of a few is one of them', () => {
  expect(spread([9, 1, 10, 2, 3])).toEqual({ median: 3, lowest: 1, highest: 10 })
  expect(spread([1, 2, 3, 4])).toEqual({ median: 3, lowest: 1, highest: 4 })
})

test('only what this process has started is counted', () => {
  const lines = '    7 151552 java -Xmx192m -cp a.jar kafka.Kafka f\n    1   2048 java other\n'
  expect(childrenIn(lines, 7)).toEqual([
    { rssKiB: 151552, argv: ['java', '-Xmx192m', '-cp', 'a.jar', 'kafka.Kafka', 'f'] },
  ])
})
