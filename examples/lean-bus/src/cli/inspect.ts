/**
 * `npm run inspect`: prints the records and groups of a data folder, of all
 * topics or those that are named. `--json` prints one JSON object per line.
 */
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { openData, readGroups, readRecords, type StoredRecord } from './scan.ts'

const DATA_DIR = process.env.DATA_DIR || 'data'

try {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  await pipeline(formatLines(positionals, values.json), process.stdout)
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  // EPIPE: the reader, such as `head`, has closed the pipe.
  if (code !== 'EPIPE') {
    console.error(message)
    process.exitCode = 1
  }
}

async function* formatLines(wanted: string[], json: boolean) {
  const { folder, topics } = await openData(DATA_DIR)
  const missing = wanted.find((topic) => !topics.includes(topic))
  if (missing !== undefined) {
    throw new Error(
      `There is no topic "${missing}" in DATA_DIR=${DATA_DIR}. Leave out the name to print all topics.`,
    )
  }
  const groups = await readGroups(folder)
  for (const topic of wanted.length > 0 ? wanted : topics) {
    if (!json) yield `${topic}\n`
    for await (const record of readRecords(folder, topic)) {
      yield `${json ? formatJson(record) : formatLine(record)}\n`
    }
    for (const [key, { committed, epoch }] of groups) {
      const [group, groupTopic] = key.split('/')
      if (groupTopic !== topic) continue
      const next = String(committed)
      const object = { type: 'group', topic, group, next }
      const line = `  group ${group}: next ${next}, epoch ${epoch}`
      yield `${json ? JSON.stringify(object) : line}\n`
    }
  }
}

function formatJson({ topic, offset, key, headers, ...rest }: StoredRecord) {
  const time = new Date(rest.timeMs).toISOString()
  const value = Buffer.from(rest.value).toString('base64')
  const position = { type: 'record', topic, offset: String(offset), time }
  return JSON.stringify({ ...position, key, headers, value })
}

function formatLine({ offset, timeMs, key, headers, value }: StoredRecord) {
  const time = new Date(timeMs).toISOString()
  const pairs = Object.entries(headers).map(([name, text]) => `${name}=${text}`)
  // A terminal would execute control characters.
  const text = Buffer.from(value)
    .toString()
    .replaceAll(/\p{Cc}/gu, '\ufffd')
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return [`  ${offset}`, time, key, ...pairs, shown].join('  ')
}
