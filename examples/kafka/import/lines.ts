import type { BusRecord } from '../src/port.ts'

/** A record as the lean bus prints it. */
export interface RecordLine extends Pick<
  BusRecord,
  'topic' | 'offset' | 'key' | 'headers' | 'value'
> {
  type: 'record'
  /** In milliseconds since 1970, UTC. */
  time: bigint
  /** Length of the whole line, in UTF-16 code units. */
  lineLength: number
}

/** A group that has handled every record of the topic below `next`. */
export interface GroupLine {
  type: 'group'
  topic: string
  group: string
  next: bigint
}

/**
 * Reads NDJSON: the records of a topic without gaps, then its groups.
 *
 * @throws Error that names the first line that does not fit
 */
export async function* readLines(input: AsyncIterable<string>) {
  const checkOrder = createOrderCheck()
  let number = 0
  for await (const text of splitLines(input)) {
    number++
    try {
      const line = parse(text)
      checkOrder(line)
      yield line
    } catch (cause) {
      throw new Error(
        `Line ${number}: ${(cause as Error).message}. Import what the lean bus prints with: npm run --silent inspect -- --json`,
        { cause },
      )
    }
  }
}

/** Unlike node:readline, does not split at U+2028, which JSON may contain. */
async function* splitLines(input: AsyncIterable<string>) {
  let rest = ''
  for await (const chunk of input) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest) yield rest
}

function parse(text: string): RecordLine | GroupLine {
  const line = Object(JSON.parse(text))
  const { type, topic, group } = line
  const expect = (field: string, isValid: boolean, expected: string) => {
    if (!isValid) throw new Error(`"${field}" is not ${expected}`)
  }
  const decimal = (field: string) => {
    const isDecimal = isText(line[field]) && /^\d+$/.test(line[field])
    expect(field, isDecimal, 'a decimal number in quotes')
    return BigInt(line[field])
  }
  expect('type', type === 'record' || type === 'group', 'record or group')
  expect('topic', isText(topic) && topic !== '', 'a name')
  if (type === 'group') {
    expect('group', isText(group) && group !== '', 'a name')
    return { type, topic, group, next: decimal('next') }
  }
  const offset = decimal('offset')
  const ms = Date.parse(line.time)
  const isTime = ms >= 0 && new Date(ms).toISOString() === line.time
  expect('time', isTime, 'a time such as 2026-11-27T06:00:00.000Z')
  const { value } = line
  return {
    type,
    topic,
    offset,
    time: BigInt(ms),
    key: parseBytes('key', line.key),
    headers: parseHeaders(line.headers),
    value: value === null ? null : parseBase64('value', value),
    lineLength: text.length,
  }
}

const isText = (value: unknown) => typeof value === 'string'

/** Also takes an object of strings, as the lean bus printed headers before. */
function parseHeaders(headers: unknown): RecordLine['headers'] {
  const pairs = Array.isArray(headers)
    ? headers
    : Object.entries(Object(headers))
  const isPair = (pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 && pair[0] !== null
  if (!(headers instanceof Object) || !pairs.every(isPair)) {
    throw new Error('"headers" is not an array of names and values')
  }
  return pairs.map(([name, value]) => [
    parseBytes('headers', name)!,
    parseBytes('headers', value),
  ])
}

/** Reads text, bytes that are not UTF-8 as base64 in an object, or null. */
function parseBytes(field: string, json: unknown) {
  if (json === null) return null
  if (typeof json === 'string') return Buffer.from(json)
  if (json instanceof Object && 'base64' in json) {
    return parseBase64(field, json.base64)
  }
  throw new Error(`"${field}" is not text, {"base64": "…"} or null`)
}

function parseBase64(field: string, text: unknown) {
  const bytes = Buffer.from(String(text), 'base64')
  if (bytes.toString('base64') === text) return bytes
  throw new Error(`"${field}" is not base64`)
}

/** Returns a function that throws when a line does not follow the last one. */
function createOrderCheck() {
  const endOffsets = new Map<string, bigint>()
  const completeTopics = new Set<string>()
  return (line: RecordLine | GroupLine) => {
    const { type, topic } = line
    const end = endOffsets.get(topic)
    if (type === 'group') {
      completeTopics.add(topic)
      if (end === undefined || line.next <= end) return
      throw new Error(
        `group "${line.group}" is at ${line.next}, but "${topic}" ends at ${end}`,
      )
    }
    if (completeTopics.has(topic)) {
      throw new Error(`a record of "${topic}" follows its groups`)
    }
    if (end !== undefined && line.offset !== end) {
      throw new Error(
        `"${topic}" has offset ${line.offset} where ${end} is expected`,
      )
    }
    endOffsets.set(topic, line.offset + 1n)
  }
}
