/** Kafka cannot be started. The message names the fix or quotes the broker. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError'
}

/** The exit code of a process, or the signal that killed it. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Formats the output of a program for an error message. */
export function describeOutput(output: string): string {
  return output.trim() === '' ? 'It wrote nothing.' : `It wrote:\n${output.trim()}`
}
