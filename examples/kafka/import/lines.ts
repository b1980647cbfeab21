/** A record, as the lean bus prints it. */
export interface RecordLine {
  type: 'record'
  topic: string
  offset: bigint
  /** In milliseconds since 1970, UTC. */
  time: bigint
  key: string
  headers: { [name: string]: string }
  value: Buffer
  /** Of the whole line, in UTF-16 units. */
  size: number
}

/** The group has handled every record of the topic below `next`. */
export interface GroupLine {
  type: 'group'
  topic: string
  group: string
  next: bigint
}

/**
 * Reads NDJSON: of each topic its records without a gap, then its groups.
 *
 * @throws Error that names the first line which is anything else
 */
export async function* readLines(input: AsyncIterable<string>) {
  const check = orderCheck()
  let number = 0
  for await (const text of split(input)) {
    number++
    try {
      const line = parse(text)
      check(line)
      yield line
    } catch (cause) {
      throw new Error(
        `Line ${number}: ${(cause as Error).message}. Give what the lean bus prints with: npm run --silent inspect -- --json`,
        { cause },
      )
    }
  }
}

/** Not by node:readline, which also splits at U+2028: JSON may hold that. */
async function* split(input: AsyncIterable<string>) {
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
  const { type, topic, group, key, headers } = line
  const expect = (field: string, fits: boolean, what: string) => {
    if (!fits) throw new Error(`"${field}" is not ${what}`)
  }
  const decimal = (field: string) => {
    const fits = typeof line[field] === 'string' && /^\d+$/.test(line[field])
    expect(field, fits, 'a decimal number in quotes')
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
  expect('key', isText(key), 'a text')
  const isTexts = Object.values(Object(headers)).every(isText)
  expect('headers', headers instanceof Object && isTexts, 'an object of texts')
  const value = Buffer.from(String(line.value), 'base64')
  expect('value', value.toString('base64') === line.value, 'base64')
  const time = BigInt(ms)
  return { type, topic, offset, time, key, headers, value, size: text.length }
}

const isText = (value: unknown) => typeof value === 'string'

/** Throws when a line does not follow those before it. */
function orderCheck() {
  const ends = new Map<string, bigint>()
  const complete = new Set<string>()
  return (line: RecordLine | GroupLine) => {
    const { type, topic } = line
    const end = ends.get(topic)
    if (type === 'group') {
      complete.add(topic)
      if (end === undefined || line.next <= end) return
      throw new Error(
        `group "${line.group}" is at ${line.next}, but "${topic}" ends at ${end}`,
      )
    }
    if (complete.has(topic)) {
      throw new Error(`a record of "${topic}" after its groups`)
    }
    if (end !== undefined && line.offset !== end) {
      throw new Error(
        `offset ${line.offset} of "${topic}", after which ${end} was due`,
      )
    }
    ends.set(topic, line.offset + 1n)
  }
}
