/** Calls a task for each item, in order and at most `limit` at a time. Returns the promises of the results at once. */
export function runPool<Item, Result>(
  limit: number,
  items: readonly Item[],
  task: (item: Item) => Promise<Result>,
): Promise<Result>[] {
  const entries = items.map((item) => ({ item, ...Promise.withResolvers<Result>() }))
  const queue = entries.values()
  const work = async () => {
    for (const { item, promise, resolve } of queue) {
      resolve(task(item))
      await promise.catch(() => undefined)
    }
  }
  for (let worker = 0; worker < limit; worker += 1) void work()
  return entries.map(({ promise }) => promise)
}
