/** Words for error messages about programs. Checks that run in a page import them, so nothing here needs Node.js. */

/** The exit code of a program, or the signal that killed it. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

export function describeExit({ code, signal }: Exit): string {
  return code === null ? `killed by ${signal}` : `exit code ${code}`
}

export function describeOutput(output: string): string {
  return output.trim() === '' ? 'It wrote nothing.' : `It wrote:\n${output.trim()}`
}
