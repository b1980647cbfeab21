import { createReadStream } from 'node:fs'
import { parseArgs } from 'node:util'
import { importLog } from './import-log.ts'
import { readBrokers, readSettings } from '../src/settings.ts'

try {
  const { values, positionals } = parseArgs({
    options: { topic: { type: 'string', multiple: true, default: [] } },
    allowPositionals: true,
  })
  const [file, ...others] = positionals
  if (others.length > 0 || (!file && process.stdin.isTTY)) {
    throw new Error(
      'The import reads one file or standard input: npm run import -- [--topic NAME]... [FILE]',
    )
  }
  const brokers = readBrokers(process.env) ?? ['127.0.0.1:9092']
  const input = file ? createReadStream(file) : process.stdin
  const { topics, groups } = await importLog(
    readSettings(process.env, brokers),
    input.setEncoding('utf8'),
    values.topic,
  )
  for (const { topic, records, partitions } of topics) {
    console.log(`${topic}: records ${records}, partitions ${partitions}`)
  }
  for (const { topic, group, offsets } of groups) {
    const positions = offsets.map(
      (offset, index) => `${topic}/${index}@${offset}`,
    )
    console.log(`${group}: next is ${positions.join(', ')}`)
  }
  const missing = values.topic.filter((name) =>
    topics.every(({ topic }) => topic !== name),
  )
  if (missing.length > 0) {
    throw new Error(
      `The input has no topic ${missing.join(', ')}. Check --topic.`,
    )
  }
  if (topics.length === 0)
    throw new Error(
      'The input is empty. Import what the lean bus prints with: npm run --silent inspect -- --json',
    )
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
