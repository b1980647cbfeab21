import { BusError } from './errors.ts'
import { createFieldReader, types } from './frames.ts'
import type { FieldReader, Frame } from './frames.ts'

export type Request = ReturnType<typeof readFields>

/**
 * Reads a request from its frame.
 *
 * @throws BusError BAD_FRAME for an unknown type or a payload of wrong length
 */
export function readRequest({ type, payload }: Frame): Request {
  const reader = createFieldReader(payload)
  const request = readFields(type, reader)
  reader.expectEnd()
  return request
}

function readFields(type: number, { u16, u32, u64, text, rest }: FieldReader) {
  switch (type) {
    case types.HELLO:
      return { name: 'HELLO', magic: u32(), version: u16() } as const
    case types.PRODUCE:
      return { name: 'PRODUCE', topic: text(), batch: rest() } as const
    case types.SUBSCRIBE: {
      const names = { topic: text(), group: text() }
      return { name: 'SUBSCRIBE', ...names, id: u32(), credit: u32() } as const
    }
    case types.CREDIT:
      return { name: 'CREDIT', id: u32(), bytes: u32() } as const
    case types.COMMIT: {
      const lease = { id: u32(), epoch: u32() }
      return { name: 'COMMIT', ...lease, next: u64() } as const
    }
    case types.STAT:
      return { name: 'STAT', topic: text(), group: text() } as const
    case types.CREATE:
      return { name: 'CREATE', topic: text() } as const
    case types.PING:
      return { name: 'PING' } as const
    case types.UNSUBSCRIBE:
      return { name: 'UNSUBSCRIBE', id: u32() } as const
    case types.READ: {
      const position = { topic: text(), offset: u64() }
      return { name: 'READ', ...position, bytes: u32() } as const
    }
    default:
      throw new BusError('BAD_FRAME', `unknown request type ${type}`)
  }
}
