import { MalformedError } from './frames.ts'

/**
 * The encoding of a type. Kafka's types are big-endian, here in their form
 * before "flexible versions" (KIP-482).
 */
export interface Type<T> {
  /** @throws MalformedError when bytes are missing or invalid */
  read(from: Reader, version: number): T
  write(value: T, version: number): Buffer
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
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.take(1).readUInt8()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n))
    }
    throw new MalformedError('A varint of more than 10 bytes')
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

export const nullableString: Type<string | null> = {
  read(from, version) {
    const length = int16.read(from, version)
    return length < 0 ? null : from.take(length).toString()
  },
  write(value, version) {
    const bytes = Buffer.from(value ?? '')
    // Bytes that are not UTF-8 become longer when they are read and written.
    if (bytes.length > 0x7fff) throw new MalformedError('Too long a string')
    const length = value === null ? -1 : bytes.length
    return Buffer.concat([int16.write(length, version), bytes])
  },
}
export const string = required(nullableString)

/** Reads null as empty. */
export const bytes: Type<Buffer> = {
  read: (from, version) => from.take(Math.max(0, int32.read(from, version))),
  write: (value, version) =>
    Buffer.concat([int32.write(value.length, version), value]),
}

export function nullableArray<T>(item: Type<T>): Type<T[] | null> {
  return {
    read(from, version) {
      const length = int32.read(from, version)
      // An item takes at least 1 byte, which bounds the memory for any length.
      if (length > from.left) throw new MalformedError('Too long an array')
      if (length < 0) return null
      return Array.from({ length }, () => item.read(from, version))
    },
    write(value, version) {
      const items = value?.map((element) => item.write(element, version)) ?? []
      return Buffer.concat([
        int32.write(value?.length ?? -1, version),
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

/** A field that is ignored when read and always written as this value. */
export function constant<T>(type: Type<T>, value: T): Type<void> {
  return {
    read: (from, version) => void type.read(from, version),
    write: (_, version) => type.write(value, version),
  }
}

/** A field that exists since a version. Reads `otherwise` in earlier ones. */
export function since<T>(first: number, type: Type<T>, otherwise: T): Type<T> {
  return {
    read: (from, version) =>
      version < first ? otherwise : type.read(from, version),
    write: (value, version) =>
      version < first ? Buffer.alloc(0) : type.write(value, version),
  }
}

/** A sequence of fields. Constant fields are not part of the value. */
export function struct<F extends Record<string, Type<any>>>(fields: F) {
  const types = Object.entries(fields)
  type Kept = keyof {
    [K in keyof F as F[K] extends Type<void> ? never : K]: never
  }
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
  } as Type<{ [K in Kept & keyof F]: ValueOf<F[K]> }>
}
