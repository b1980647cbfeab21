import { expect, test } from 'vitest'
import { parseChildren } from '../../lab/kafka-cost/processes.ts'
import { kafkaCostRecord, setups, summarizeSetup } from '../../lab/kafka-cost/record.ts'

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

test('only child processes of this process are measured', () => {
  const lines = '    7 151552 java -Xmx192m -cp a.jar kafka.Kafka f\n    1   2048 java other\n'
  expect(parseChildren(lines, 7)).toEqual([
    { rssKiB: 151552, argv: ['java', '-Xmx192m', '-cp', 'a.jar', 'kafka.Kafka', 'f'] },
  ])
})
