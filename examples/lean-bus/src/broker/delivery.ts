import type { Log } from '../log/log.ts'
import { hasCode } from '../protocol/errors.ts'
import { types, u32, u64 } from '../protocol/frames.ts'
import { limits } from '../protocol/limits.ts'
import type { Peer } from './connection.ts'
import type { Lease } from './groups.ts'

export type Delivery = ReturnType<typeof createDelivery>

/**
 * Sends the records of a log to a member while it has credit.
 *
 * @param id the ID that the peer chose for its subscription
 */
export function createDelivery(
  peer: Peer,
  log: Log,
  id: number,
  credit: number,
  warn: (text: string) => void,
) {
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

  /** Sends deliveries until there is nothing to send or no credit. */
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
      // Retention may have deleted the next records.
      if (reader && hasCode(error, 'OFFSET_RANGE')) begin(0n)
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
    activate(lease: Lease) {
      epoch = lease.epoch
      begin(lease.start)
      peer.send(types.ACTIVE, id, u64(lease.start), u32(epoch))
      void wake()
    },
    /** The lease's epoch. 0 while this member is on standby. */
    epoch: () => epoch,
    /** Adds credit. */
    grant(bytes: number) {
      credit += bytes
      void wake()
    },
    wake: () => void wake(),
    stop() {
      reader = undefined
    },
  }
}
