/**
 * What a contract is made of. No test framework in here: Vitest wraps a check in a test, a page wraps it in a list item.
 */

/** One requirement. `run` resolves when it holds and rejects with an error that says what was expected and what came. */
export interface Check<Target> {
  readonly name: string
  run(target: Target): Promise<void>
}

/**
 * One probe that no stack has to pass. `probe` resolves with what the stack does by itself, in one short line that is the
 * same at every run (no ids, no dates), so that answers can be recorded and laid side by side.
 */
export interface Edge<Target> {
  readonly name: string
  probe(target: Target): Promise<string>
}
