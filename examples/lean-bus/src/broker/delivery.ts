import type { Log } from '../log/log.ts'
import { BusError } from '../protocol/errors.ts'
import { types, u32, u64 } from '../protocol/frames.ts'
import { limits } from '../protocol/limits.ts'
import type { Peer } from './connection.ts'
import type { Member } from './groups.ts'

/** Sends the records of a log to a member while it has credit. */
export interface Delivery extends Member {
  /** The lease's epoch. 0 while this member is on standby. */
  epoch(): number
  /** Adds credit. */
  grant(bytes: number): void
  /** Sends what is possible now. Called when the log has grown. */
  wake(): void
  stop(): void
}

/** @param id the ID that the peer chose for its subscription */
export function createDelivery(
  peer: Peer,
  log: Log,
  id: number,
  credit: number,
  warn: (text: string) => void,
): Delivery {
  let reader: ReturnType<Log['reader']> | undefined
  let epoch = 0
  let isSending = false
  let isWoken = false

  /** Sends one delivery. Resolves with whether there may be more to send. */
  async function send() {
    const current = reader
    if (!current || credit <= 0 || !peer.isReady()) return false
    const bytes = await current.read(Math.min(credit, limits.delivery))
    if (bytes.length === 0 || current !== reader) return false
    credit -= bytes.length
    peer.send(types.DELIVER, id, bytes)
    return true
  }

  async function wake() {
    isWoken = true
    if (isSending) return
    isSending = true
    try {
      while (isWoken) {
        isWoken = false
        while (await peer.inTurn(send));
      }
    } catch (error) {
      const isDeleted =
        error instanceof BusError && error.code === 'OFFSET_RANGE'
      if (isDeleted && reader) begin(0n)
      else peer.sendError(id, error)
    } finally {
      isSending = false
    }
    if (isWoken) await wake()
  }

  function begin(offset: bigint) {
    const start = log.start()
    if (offset < start) {
      warn(`records before ${start} were deleted before they were handled`)
    }
    reader = log.reader(offset < start ? start : offset)
    isWoken = true
  }

  return {
    activate(lease) {
      epoch = lease.epoch
      begin(lease.start)
      peer.send(types.ACTIVE, id, u64(lease.start), u32(epoch))
      void wake()
    },
    epoch: () => epoch,
    grant(bytes) {
      credit += bytes
      void wake()
    },
    wake: () => void wake(),
    stop() {
      reader = undefined
    },
  }
}
