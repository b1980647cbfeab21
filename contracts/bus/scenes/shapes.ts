import type { Data, NewRecord } from '../port.ts'

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte)

/** Records of every shape that a bus must store: text, bytes that are no text, empty and null, and repeated names. */
export const shapes: readonly NewRecord[] = [
  { key: 'every-byte', value: everyByte },
  { key: everyByte, value: everyByte, headers: [[everyByte, everyByte]] },
  { key: 'kilobytes', value: new Uint8Array(100_000).fill(0xff) },
  { key: 'é ñ 🔑', value: 'ü 値', headers: Object.entries({ name: 'ž č ň', empty: '' }) },
  { key: '', value: '', headers: [['', '']] },
  { key: 'tombstone', value: null },
  { key: null, value: 'without a key' },
  { key: null, value: null, headers: Object.entries({ empty: '', nothing: null }) },
  {
    key: 'repeated names',
    value: 'poison',
    headers: ['2', '1', '1', null, ''].map((value) => ['version', value] as const),
  },
  {
    key: 'names that a dead letter adds',
    value: 'poison',
    headers: ['origin-offset', 'error', 'attempts'].map((name) => [name, 'own'] as const),
  },
]

/** The content of a record as JSON. Bytes are hexadecimal, so that no two contents have the same JSON. */
export function describeContent({ key, value, headers = [] }: NewRecord) {
  return {
    key: toHex(key),
    value: toHex(value),
    headers: headers.map((pair) => pair.map(toHex)),
  }
}

function toHex(data: Data): string | null {
  if (data === null) return null
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
