/** The error codes of Kafka that this broker returns, under Kafka's names. */
export const UNKNOWN_SERVER_ERROR = -1
export const NONE = 0
export const OFFSET_OUT_OF_RANGE = 1
export const CORRUPT_MESSAGE = 2
export const UNKNOWN_TOPIC_OR_PARTITION = 3
export const MESSAGE_TOO_LARGE = 10
export const OFFSET_METADATA_TOO_LARGE = 12
export const COORDINATOR_NOT_AVAILABLE = 15
export const INVALID_TOPIC_EXCEPTION = 17
export const INVALID_REQUIRED_ACKS = 21
export const ILLEGAL_GENERATION = 22
export const INCONSISTENT_GROUP_PROTOCOL = 23
export const INVALID_GROUP_ID = 24
export const UNKNOWN_MEMBER_ID = 25
export const INVALID_SESSION_TIMEOUT = 26
export const REBALANCE_IN_PROGRESS = 27
export const INVALID_TIMESTAMP = 32
export const UNSUPPORTED_VERSION = 35
export const TOPIC_ALREADY_EXISTS = 36
export const INVALID_PARTITIONS = 37
export const INVALID_REPLICATION_FACTOR = 38
export const INVALID_REPLICA_ASSIGNMENT = 39
export const INVALID_REQUEST = 42
export const POLICY_VIOLATION = 44
export const OUT_OF_ORDER_SEQUENCE_NUMBER = 45
export const INVALID_PRODUCER_EPOCH = 47
export const TRANSACTIONAL_ID_AUTHORIZATION_FAILED = 53
export const GROUP_ID_NOT_FOUND = 69
export const FETCH_SESSION_ID_NOT_FOUND = 70
export const FENCED_LEADER_EPOCH = 74
export const UNKNOWN_LEADER_EPOCH = 75
export const UNSUPPORTED_COMPRESSION_TYPE = 76
export const MEMBER_ID_REQUIRED = 79
export const GROUP_MAX_SIZE_REACHED = 81
export const INVALID_RECORD = 87
export const UNKNOWN_TOPIC_ID = 100

/** Refuses what a client asks for with one of these codes. */
export class RefusedError extends Error {
  readonly code: number

  constructor(code: number, message?: string) {
    super(message)
    this.code = code
  }
}

/** Returns the error with which the operation was refused, if it was. */
export function refusalOf(operation: () => void): RefusedError | undefined {
  try {
    operation()
    return undefined
  } catch (error) {
    if (error instanceof RefusedError) return error
    throw error
  }
}
