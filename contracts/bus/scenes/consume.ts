import type { BusRecord, Commit } from '../port.ts'
import type { MemberOptions } from '../target.ts'
import type { Scene } from './scene.ts'

/** Handles a record. After `leave`, the consumer gets no other record and its connection closes. */
export type Handle = (record: BusRecord, commit: Commit, leave: () => void) => Promise<void>

/**
 * Consumes over a new connection until the handler has asked to leave and the connection is closed.
 *
 * @returns the handled records, in the order of handling
 */
export async function consume(
  scene: Scene,
  from: { readonly topic: string; readonly group: string },
  handle: Handle,
  options?: MemberOptions,
): Promise<BusRecord[]> {
  const bus = await scene.connect(options)
  const handled: BusRecord[] = []
  const closed = Promise.withResolvers<unknown>()
  const subscribing = bus.subscribe(from, async (record, commit) => {
    handled.push(record)
    await handle(record, commit, () => closed.resolve(scene.close(bus)))
  })
  const { ended } = await scene.waitFor(subscribing, 'a subscription')
  await scene.waitFor(Promise.all([closed.promise, ended]), 'the records to be consumed')
  return handled
}

/** Commits each record, and leaves after this number of records. */
export function commitAndLeaveAfter(count: number): Handle {
  let left = count
  return async (_record, commit, leave) => {
    await commit()
    if (--left === 0) leave()
  }
}
