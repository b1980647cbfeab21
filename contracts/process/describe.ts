/** Text about programs for error messages. Checks in a page import it, so it needs nothing of Node.js. */

/** How a program ended: with a code, or by a signal. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

export function describeExit({ code, signal }: Exit): string {
  return code === null ? String(signal) : `exit code ${code}`
}

export function describeOutput(output: string): string {
  return output.trim() === '' ? 'It wrote nothing.' : `It wrote:\n${output.trim()}`
}
