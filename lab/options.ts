/** An option that cannot be used. Its message is for the person who typed it. */
export class OptionError extends Error {}

/** Whether an error comes from the options that a person typed: from us or from `parseArgs`. */
export const isOptionError = (error: unknown): error is Error =>
  error instanceof OptionError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE'))

/**
 * Reads the value of `--name`. An empty one counts as not given.
 *
 * @throws OptionError for text that is not a number of at least `least`
 */
export function readNumber(
  name: string,
  text: string | undefined,
  fallback: number,
  least: number,
): number {
  if (!text) return fallback
  const number = Number(text)
  if (/\d/.test(text) && number >= least && number < Infinity) return number
  throw new OptionError(`--${name} ${text}: give a number from ${least} on`)
}

/**
 * Reads the value of `--name`. An empty one counts as not given.
 *
 * @throws OptionError for text that is not an integer of at least `least`
 */
export function readInteger(
  name: string,
  text: string | undefined,
  fallback: number,
  least: number,
): number {
  if (!text) return fallback
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && Number.isSafeInteger(number)) return number
  throw new OptionError(`--${name} ${text}: give a whole number from ${least} on`)
}
