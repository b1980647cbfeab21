/**
 * `npm run kafka-cost`: starts Kafka as one broker, as three, and the dev broker in turn, and records in
 * `lab/kafka-cost/record.json` how long each takes to serve and how much memory it holds. Wants a machine that does nothing
 * else, and Java 17.
 *
 *   npm run kafka-cost                 five rounds
 *   npm run kafka-cost -- --rounds 2   fewer, to see that it works
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { kafkaVersion } from '../servers/kafka/jars.ts'
import type { KafkaCostRecord } from '../lab/kafka-cost/record.ts'
import { measure, published } from '../lab/kafka-cost/run.ts'
import { command, inputHash, recordPath } from '../src/lab/kafka-cost.ts'
import { findJava } from './find.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const java = findJava()
if (java.path === undefined) throw new Error(java.missing)

const hash = inputHash()
const [processor] = cpus()
const { stderr } = spawnSync(java.path, ['-version'], { encoding: 'utf8' })
const [, javaVersion = ''] = / version "([^"]+)"/.exec(stderr) ?? []
const { samples, flags } = await measure(java.path, Number(values.rounds), (sample) => {
  console.log(JSON.stringify(sample))
})

// Timings differ at every run, so there is no earlier record that says the same.
const record: KafkaCostRecord = {
  schema: 1,
  date: new Date().toISOString().slice(0, 10),
  command,
  hash,
  machine: {
    processor: processor?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  },
  versions: { kafka: kafkaVersion, java: javaVersion, node: process.versions.node },
  flags,
  published,
  samples,
}
writeFileSync(recordPath, `${JSON.stringify(record, null, 2)}\n`)
console.log(`Wrote ${recordPath}.`)
