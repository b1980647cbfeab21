/** Calls a task for each key, in order and at most `limit` at a time. Returns the promises of the results by key. */
export function runPool<T>(
  limit: number,
  keys: readonly string[],
  task: (key: string) => Promise<T>,
): ReadonlyMap<string, Promise<T>> {
  const entries = keys.map((key) => ({ key, ...Promise.withResolvers<T>() }))
  const queue = entries.values()
  const work = async () => {
    for (const { key, promise, resolve } of queue) {
      resolve(task(key))
      await promise.catch(() => undefined)
    }
  }
  for (let worker = 0; worker < limit; worker += 1) void work()
  return new Map(entries.map(({ key, promise }) => [key, promise]))
}
