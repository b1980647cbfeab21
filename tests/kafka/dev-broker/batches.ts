import { crc32c, createRecordsBatch, type MessageRecord } from '@platformatic/kafka'

type BatchOptions = NonNullable<Parameters<typeof createRecordsBatch>[1]>

/** Encodes records as one batch with this sequence number. */
export function encodeBatch(
  records: MessageRecord[],
  { firstSequence = -1, ...options }: Partial<BatchOptions> & { readonly firstSequence?: number },
): Buffer {
  const { buffer } = createRecordsBatch(records, options)
  return changeBatch(buffer, (batch) => batch.writeInt32BE(firstSequence, 53))
}

/** Copies a batch, changes the copy, and sets its checksum. */
export function changeBatch(batch: Buffer, change: (batch: Buffer) => void): Buffer {
  return changeBytes(batch, (copy) => {
    change(copy)
    copy.writeUInt32BE(crc32c(copy.subarray(21)), 17)
  })
}

/** Copies bytes and changes the copy. */
export function changeBytes(bytes: Buffer, change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes)
  change(copy)
  return copy
}

export const flipBit = (bytes: Buffer, position: number): Buffer =>
  changeBytes(bytes, (copy) => copy.writeUInt8(copy.readUInt8(position) ^ 1, position))
