import { MalformedError } from './frames.ts'

/**
 * Reads Kafka's primitive types, big-endian, in their forms before "flexible
 * versions" (KIP-482). Throws a MalformedError where the bytes end too early.
 */
export class Reader {
  readonly #bytes: Buffer
  #position = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  int8 = () => this.#take(1).readInt8()
  int16 = () => this.#take(2).readInt16BE()
  int32 = () => this.#take(4).readInt32BE()
  int64 = () => this.#take(8).readBigInt64BE()
  boolean = () => this.int8() !== 0

  string(): string {
    return this.nullableString() ?? malformed('a string that is null')
  }

  nullableString(): string | null {
    const length = this.int16()
    return length < 0 ? null : this.#take(length).toString()
  }

  /** Empty when null. A view of the frame: copy what is kept. */
  bytes(): Buffer {
    return this.#take(Math.max(0, this.int32()))
  }

  array<T>(read: () => T): T[] {
    return this.nullableArray(read) ?? malformed('an array that is null')
  }

  nullableArray<T>(read: () => T): T[] | null {
    const length = this.int32()
    if (length < 0) return null
    if (length > this.#bytes.length - this.#position) {
      malformed(`an array of ${length}`)
    }
    return Array.from({ length }, read)
  }

  /** A zigzag varint, as inside record batches. */
  varint(): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#take(1).readUInt8()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n))
    }
    return malformed('a varint of more than 10 bytes')
  }

  /** A reader of the next bytes alone. */
  part(length: number): Reader {
    return new Reader(this.#take(length))
  }

  get atEnd(): boolean {
    return this.#position === this.#bytes.length
  }

  #take(length: number): Buffer {
    const end = this.#position + length
    if (length < 0 || end > this.#bytes.length) malformed('too few bytes')
    const taken = this.#bytes.subarray(this.#position, end)
    this.#position = end
    return taken
  }
}

function malformed(what: string): never {
  throw new MalformedError(`The request has ${what}`)
}

/** Writes what `Reader` reads. */
export class Writer {
  readonly #parts: Buffer[] = []

  int8 = (value: number) => this.#number(1, (b) => b.writeInt8(value))
  int16 = (value: number) => this.#number(2, (b) => b.writeInt16BE(value))
  int32 = (value: number) => this.#number(4, (b) => b.writeInt32BE(value))
  int64 = (value: bigint) => this.#number(8, (b) => b.writeBigInt64BE(value))
  boolean = (value: boolean) => this.int8(value ? 1 : 0)

  string(value: string | null): this {
    if (value === null) return this.int16(-1)
    const bytes = Buffer.from(value)
    // Bytes that were no UTF-8 grow on their way back.
    if (bytes.length > 0x7fff) malformed('a string that is too long')
    this.int16(bytes.length).#parts.push(bytes)
    return this
  }

  bytes(...parts: readonly Buffer[]): this {
    this.int32(parts.reduce((sum, { length }) => sum + length, 0))
    this.#parts.push(...parts)
    return this
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length)
    items.forEach((item) => write(item))
    return this
  }

  /** A frame of everything written: its length first. */
  frame(): Buffer {
    const body = Buffer.concat(this.#parts)
    const length = Buffer.alloc(4)
    length.writeInt32BE(body.length)
    return Buffer.concat([length, body])
  }

  #number(size: number, write: (bytes: Buffer) => void): this {
    const bytes = Buffer.allocUnsafe(size)
    write(bytes)
    this.#parts.push(bytes)
    return this
  }
}
