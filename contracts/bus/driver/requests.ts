import { deserializeError, serializeError, type Result } from './messages.ts'

/** Requests to another process or worker that wait for their results. */
export class Requests {
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>()
  #lost: Error | undefined
  #ids = 0

  /** Sends a request under a new ID. Resolves or rejects with its result. */
  make(send: (id: number) => void): Promise<unknown> {
    if (this.#lost) return Promise.reject(this.#lost)
    const id = this.#ids++
    const result = Promise.withResolvers<unknown>()
    this.#pending.set(id, result)
    send(id)
    return result.promise
  }

  settle({ id, value, error }: Result): void {
    const result = this.#pending.get(id)
    this.#pending.delete(id)
    if (error) result?.reject(deserializeError(error))
    else result?.resolve(value)
  }

  /** Rejects all requests, also later ones. */
  rejectAll(error: Error): void {
    this.#lost = error
    for (const { reject } of this.#pending.values()) reject(error)
  }
}

/** The other side of `Requests`: sends the result of a request when it is known. */
export async function sendResult(
  id: number,
  result: Promise<unknown>,
  send: (result: Result) => void,
): Promise<void> {
  try {
    send({ type: 'result', id, value: await result })
  } catch (error) {
    send({ type: 'result', id, error: serializeError(error) })
  }
}
