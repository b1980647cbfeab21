import type { BusRecord, Commit } from '../port.ts'
import type { Stage } from '../stage.ts'

/** What a consumer of a scene does with a record. After `leave` it is given no other, and its connection is closed. */
export type Handle = (record: BusRecord, commit: Commit, leave: () => void) => Promise<void>

/**
 * Consumes over a connection of its own until the handler has asked to leave and the connection is closed.
 *
 * @returns all records that were handled, in this order
 */
export async function consume(
  stage: Stage,
  from: { readonly topic: string; readonly group: string },
  handle: Handle,
): Promise<BusRecord[]> {
  const bus = await stage.connect()
  const handled: BusRecord[] = []
  const closed = Promise.withResolvers<unknown>()
  const subscribing = bus.subscribe(from, async (record, commit) => {
    handled.push(record)
    await handle(record, commit, () => closed.resolve(stage.close(bus)))
  })
  const { ended } = await stage.within(subscribing, 'a subscription')
  await stage.within(Promise.all([closed.promise, ended]), 'the records to be consumed')
  return handled
}

/** Commits each record and leaves after the last of so many. */
export function takeAll(count: number): Handle {
  let left = count
  return async (_record, commit, leave) => {
    await commit()
    if (--left === 0) leave()
  }
}
