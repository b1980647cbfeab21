import { MalformedError } from './frames.ts'

/** The version of a message, which decides how its fields are encoded. */
export interface Version {
  number: number
  /**
   * In flexible versions (KIP-482) lengths are varints, and a struct ends with
   * tagged fields.
   */
  isFlexible: boolean
}

/** For what has no versions: the headers of requests and batches. */
export const unversioned: Version = { number: 0, isFlexible: false }

/** The encoding of a type. Kafka's numbers are big-endian. */
export interface Type<T> {
  /** @throws MalformedError when bytes are missing or invalid */
  read(from: Reader, version: Version): T
  write(value: T, version: Version): Buffer
}
export type ValueOf<T> = T extends Type<infer V> ? V : never

/** Reads bytes from the front. */
export class Reader {
  #rest: Buffer

  constructor(bytes: Buffer) {
    this.#rest = bytes
  }

  get left(): number {
    return this.#rest.length
  }

  /** Returns a view of the next bytes. Copy them to keep them. */
  take(length: number): Buffer {
    if (length < 0 || length > this.left) throw new MalformedError('Too short')
    const taken = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return taken
  }

  /** Reads a zigzag varint, which records use. */
  varint(): number {
    const value = this.#unsigned(10)
    return Number((value >> 1n) ^ -(value & 1n))
  }

  /** Reads an unsigned varint, which flexible versions use for lengths. */
  unsignedVarint(): number {
    return Number(this.#unsigned(5))
  }

  #unsigned(maxBytes: number): bigint {
    let value = 0n
    for (let index = 0; index < maxBytes; index++) {
      const byte = this.take(1).readUInt8()
      value |= BigInt(byte & 0x7f) << BigInt(7 * index)
      if (byte < 0x80) return value
    }
    throw new MalformedError(`A varint of more than ${maxBytes} bytes`)
  }
}

type Kind = 'Int8' | 'Int16BE' | 'Int32BE' | 'UInt32BE' | 'BigInt64BE'

function integer<T extends number | bigint>(kind: Kind, size: number): Type<T> {
  return {
    read: (from) => from.take(size)[`read${kind}`]() as T,
    write(value) {
      const bytes = Buffer.alloc(size)
      bytes[`write${kind}`](value as never)
      return bytes
    },
  }
}
export const int8 = integer<number>('Int8', 1)
export const int16 = integer<number>('Int16BE', 2)
export const int32 = integer<number>('Int32BE', 4)
export const uint32 = integer<number>('UInt32BE', 4)
export const int64 = integer<bigint>('BigInt64BE', 8)

/** A length. Null has length -1. Flexible versions write one more. */
function length(classic: Type<number>): Type<number> {
  return {
    read: (from, version) =>
      version.isFlexible
        ? from.unsignedVarint() - 1
        : classic.read(from, version),
    write: (value, version) =>
      version.isFlexible
        ? unsignedVarint(value + 1)
        : classic.write(value, version),
  }
}
const stringLength = length(int16)
const dataLength = length(int32)

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = []
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80)
  return Buffer.from([...bytes, value])
}

export const nullableString: Type<string | null> = {
  read(from, version) {
    const count = stringLength.read(from, version)
    return count < 0 ? null : from.take(count).toString()
  },
  write(value, version) {
    const text = Buffer.from(value ?? '')
    // Bytes that are not UTF-8 become longer when they are read and written.
    if (text.length > 0x7fff) throw new MalformedError('Too long a string')
    const count = value === null ? -1 : text.length
    return Buffer.concat([stringLength.write(count, version), text])
  },
}
export const string = required(nullableString)

/** Reads null as empty. */
export const bytes: Type<Buffer> = {
  read: (from, version) =>
    from.take(Math.max(0, dataLength.read(from, version))),
  write: (value, version) =>
    Buffer.concat([dataLength.write(value.length, version), value]),
}

/** An ID of 16 bytes, as hexadecimal digits. */
export const uuid: Type<string> = {
  read: (from) => from.take(16).toString('hex'),
  write: (value) => Buffer.from(value, 'hex'),
}

export function nullableArray<T>(item: Type<T>): Type<T[] | null> {
  return {
    read(from, version) {
      const count = dataLength.read(from, version)
      // An item takes at least 1 byte, which bounds the memory for any length.
      if (count > from.left) throw new MalformedError('Too long an array')
      if (count < 0) return null
      return Array.from({ length: count }, () => item.read(from, version))
    },
    write(value, version) {
      const items = value?.map((element) => item.write(element, version)) ?? []
      return Buffer.concat([
        dataLength.write(value?.length ?? -1, version),
        ...items,
      ])
    },
  }
}
export const array = <T>(item: Type<T>) => required(nullableArray(item))

function required<T>(type: Type<T | null>): Type<T> {
  return {
    read(from, version) {
      const value = type.read(from, version)
      if (value === null) throw new MalformedError('Null')
      return value
    },
    write: type.write,
  }
}

/** A field that is always written as this value. The broker ignores it. */
export function constant<T>(type: Type<T>, value: T): Type<void> {
  return {
    read: type.read as Type<any>['read'],
    write: (_, version) => type.write(value, version),
  }
}

/** A field that exists since a version. Reads `otherwise` in earlier ones. */
export function since(first: number, type: Type<void>): Type<void>
export function since<T>(first: number, type: Type<T>, otherwise: T): Type<T>
export function since<T>(first: number, type: Type<T>, otherwise?: T) {
  return onlyIf((version) => version >= first, type, otherwise)
}

/** A field that exists until a version. Reads `otherwise` in later ones. */
export function until(last: number, type: Type<void>): Type<void>
export function until<T>(last: number, type: Type<T>, otherwise: T): Type<T>
export function until<T>(last: number, type: Type<T>, otherwise?: T) {
  return onlyIf((version) => version <= last, type, otherwise)
}

function onlyIf<T>(
  has: (version: number) => boolean,
  type: Type<T>,
  otherwise: T,
): Type<T> {
  return {
    read: (from, version) =>
      has(version.number) ? type.read(from, version) : otherwise,
    write: (value, version) =>
      has(version.number) ? type.write(value, version) : Buffer.alloc(0),
  }
}

type Fields = Record<string, Type<any>>

/** Constant fields are not part of the value. */
type StructOf<F extends Fields> = {
  [K in keyof F as F[K] extends Type<void> ? never : K]: ValueOf<F[K]>
}

/** Fields in a row. */
function row<F extends Fields>(fields: F): Type<StructOf<F>> {
  const types = Object.entries(fields)
  return {
    read(from, version) {
      const read = types.map(([name, type]) => [name, type.read(from, version)])
      return Object.fromEntries(read)
    },
    write(value: Record<string, unknown>, version) {
      const parts = types.map(([name, type]) =>
        type.write(value[name], version),
      )
      return Buffer.concat(parts)
    },
  }
}

/** Optional by definition. The broker skips them and writes none. */
export const taggedFields: Type<void> = {
  read(from, { isFlexible }) {
    if (!isFlexible) return
    for (let count = from.unsignedVarint(); count > 0; count--) {
      from.unsignedVarint() // The tag.
      from.take(from.unsignedVarint())
    }
  },
  write: (_, { isFlexible }) => Buffer.alloc(isFlexible ? 1 : 0),
}

/** A sequence of fields. */
export function struct<F extends Fields>(fields: F): Type<StructOf<F>> {
  const all = row(fields)
  return {
    read(from, version) {
      const value = all.read(from, version)
      taggedFields.read(from, version)
      return value
    },
    write: (value, version) =>
      Buffer.concat([
        all.write(value, version),
        taggedFields.write(undefined, version),
      ]),
  }
}

/** A list since a version. Earlier versions have the fields of one item. */
export function listSince<F extends Fields>(first: number, fields: F) {
  const [one, list] = [row(fields), array(struct(fields))]
  const type: Type<StructOf<F>[]> = {
    read: (from, version) =>
      version.number < first
        ? [one.read(from, version)]
        : list.read(from, version),
    write: (value, version) =>
      version.number < first
        ? Buffer.concat(value.map((item) => one.write(item, version)))
        : list.write(value, version),
  }
  return type
}
