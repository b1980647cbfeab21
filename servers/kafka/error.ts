/** Kafka cannot be started. The message names the mend, or holds what the broker said. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError'
}

/** How a process ended: with an exit code, or by a signal. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The output of a program for an error message. */
export function said(output: string): string {
  return output.trim() === '' ? 'It wrote nothing.' : `It wrote:\n${output.trim()}`
}
