import { BusError } from './errors.ts'

/** Topics are folders: no name leaves the data folder or differs only in case. */
export function isName(name: string) {
  return /^[a-z0-9][a-z0-9._-]{0,99}$/.test(name)
}

/** Checks the name of a topic or group. @throws BusError BAD_NAME */
export function checkName(name: string) {
  if (isName(name)) return name
  throw new BusError(
    'BAD_NAME',
    `"${name}" is not a valid name. Use at most 100 of a-z, 0-9, ".", "_" and "-", and begin with a letter or digit.`,
  )
}
