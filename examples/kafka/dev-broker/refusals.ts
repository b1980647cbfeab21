/** Bounds the memory, since anyone can send another client ID. */
const maxRefusals = 1_000

/**
 * Prints why a client was refused, once per client and reason. Most clients
 * see only that the connection was closed.
 */
export class Refusals {
  readonly #printed = new Set<string>()

  print(clientId: string, reason: string): void {
    const line = `Refused client ${JSON.stringify(clientId)}: ${reason}`
    if (this.#printed.has(line) || this.#printed.size >= maxRefusals) return
    this.#printed.add(line)
    console.log(line)
  }
}
