import type { Bus, Handler } from '../../contracts/bus/port.ts'

/** Handles records as a member of the group until the handler returns true, then leaves the group. */
export async function handleUntil(
  bus: Pick<Bus, 'subscribe'>,
  from: { readonly topic: string; readonly group: string },
  handle: (...delivery: Parameters<Handler>) => Promise<boolean>,
): Promise<void> {
  const done = Promise.withResolvers<null>()
  const member = await bus.subscribe(from, async (record, commit) => {
    if (await handle(record, commit)) done.resolve(null)
  })
  await Promise.race([done.promise, member.ended])
  await member.stop()
}
