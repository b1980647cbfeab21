/**
 * `npm run inspect`: prints the records and groups of a data folder, of all
 * topics or those that are named. `--json` prints one JSON object per line.
 */
import { isUtf8 } from 'node:buffer'
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

function formatJson({ topic, offset, timeMs, ...record }: StoredRecord) {
  const time = new Date(timeMs).toISOString()
  const position = { type: 'record', topic, offset: String(offset), time }
  const key = toJson(record.key)
  const headers = record.headers.map((pair) => pair.map(toJson))
  const value = record.value && record.value.toString('base64')
  return JSON.stringify({ ...position, key, headers, value })
}

/** Text, or base64 in an object for bytes that are not UTF-8. */
function toJson(bytes: Buffer | null) {
  if (!bytes || isUtf8(bytes)) return bytes && String(bytes)
  return { base64: bytes.toString('base64') }
}

function formatLine({ offset, timeMs, key, headers, value }: StoredRecord) {
  const time = new Date(timeMs).toISOString()
  const pairs = headers.map((pair) => pair.map(formatBytes).join('='))
  const text = formatBytes(value)
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return [`  ${offset}`, time, formatBytes(key), ...pairs, shown].join('  ')
}

/** A terminal would execute control characters. */
function formatBytes(bytes: Buffer | null) {
  return bytes ? String(bytes).replaceAll(/\p{Cc}/gu, '\ufffd') : '(null)'
}
