/**
 * The parts of a contract. They use no test framework: Vitest wraps a check in a test, a page wraps it in a list item.
 */

/** One requirement. `run` rejects with an error that names what was expected and what was received. */
export interface Check<Target> {
  readonly name: string
  run(target: Target): Promise<void>
}

/**
 * A question about default behavior, which no stack has to answer in a particular way. `run` resolves with one short line that
 * is the same at every run (no IDs, no dates), so that answers can be recorded and compared.
 */
export interface Probe<Target> {
  readonly name: string
  run(target: Target): Promise<string>
}
