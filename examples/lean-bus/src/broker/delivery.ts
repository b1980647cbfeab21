import type { Peer } from './connection.ts'
import { BusError } from '../protocol/errors.ts'
import { types, u32, u64 } from '../protocol/frames.ts'
import type { Member } from './groups.ts'
import { limits } from '../protocol/limits.ts'
import type { Log } from '../log/log.ts'

/** Sends a member what lies in a log, as long as it has granted credit. */
export interface Delivery extends Member {
  /** Of the lease; 0 while it stands by. */
  epoch(): number
  /** Grants so many bytes more. */
  grant(bytes: number): void
  /** Looks whether there is something to send. */
  wake(): void
  stop(): void
}

/** @param id the subscription's, chosen by the peer */
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
  let isAgain = false

  /** Sends one delivery, and says whether there may be more. */
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
    isAgain = true
    if (isSending) return
    isSending = true
    try {
      while (isAgain) {
        isAgain = false
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
    if (isAgain) await wake()
  }

  function begin(offset: bigint) {
    const start = log.start()
    if (offset < start) {
      warn(`records before ${start} were deleted before they were handled`)
    }
    reader = log.reader(offset < start ? start : offset)
    isAgain = true
  }

  return {
    activate(lease) {
      epoch = lease.epoch
      begin(lease.start)
      const payload = [u64(lease.start), u32(epoch)]
      peer.send(types.ACTIVE, id, ...payload)
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
