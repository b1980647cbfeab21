import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseChildren } from '../../lab/kafka-cost/processes.ts'
import { inputHash, kafkaCostRecord, setups, summarizeSetup } from '../../lab/kafka-cost/record.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const record = kafkaCostRecord.read()

test('the Kafka cost record holds at least five rounds of every setup, in turn', () => {
  const order = record?.samples.map(({ setup }) => setup) ?? []
  const rounds = order.length / setups.length
  expect(rounds).toBeGreaterThanOrEqual(5)
  expect(order).toEqual(Array.from({ length: rounds }, () => setups).flat())
})

test('the Kafka cost record has as many processes as its setups have brokers', () => {
  const processes = setups.map((setup) => record && summarizeSetup(record, setup).processes)
  expect(processes).toEqual([1, 3, 1])
  expect(record?.flags.filter((flag) => flag.startsWith('-Xmx'))).toHaveLength(1)
})

test('a Kafka cost record without JVM flags is rejected', () => {
  const changed = JSON.stringify({ ...record, flags: [] })
  const root = temporaryFolder({ [kafkaCostRecord.path]: changed }, tmpdir())
  expect(() => kafkaCostRecord.read(root)).toThrow(/flags/)
})

test.each(['servers/kafka/java.ts', 'servers/kafka/server.properties'])(
  'a change of %s changes the input hash of the Kafka cost record',
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

test('only child processes of this process are measured', () => {
  const lines = '    7 151552 java -Xmx192m -cp a.jar kafka.Kafka f\n    1   2048 java other\n'
  expect(parseChildren(lines, 7)).toEqual([
    { rssKiB: 151552, argv: ['java', '-Xmx192m', '-cp', 'a.jar', 'kafka.Kafka', 'f'] },
  ])
})
