/** Error codes as they go over the wire. PROTOCOL.md explains each of them. */
export const errorCodes = {
  BAD_FRAME: 1,
  BAD_VERSION: 2,
  FRAME_TOO_LARGE: 3,
  BAD_CRC: 4,
  BAD_BATCH: 5,
  UNKNOWN_TOPIC: 6,
  OUT_OF_ORDER_SEQ: 7,
  OFFSET_RANGE: 8,
  FENCED: 9,
  NOT_ACTIVE: 10,
  OVERLOADED: 11,
  STORAGE: 12,
  RECORD_TOO_LARGE: 13,
  SHUTTING_DOWN: 14,
  INTERNAL: 15,
  BAD_NAME: 16,
} as const

export type ErrorCode = keyof typeof errorCodes

/** An error that has a code in PROTOCOL.md. */
export class BusError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export function hasCode(error: unknown, ...codes: ErrorCode[]) {
  return error instanceof BusError && codes.includes(error.code)
}

/** The connection ended, or its lease may have expired. */
export class LostError extends Error {}
