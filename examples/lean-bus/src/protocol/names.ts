import { BusError } from './errors.ts'

/** No name that passes leaves the folder, or differs from another by case. */
export function isName(name: string) {
  return /^[a-z0-9][a-z0-9._-]{0,99}$/.test(name)
}

/** The name of a topic or group. @throws BusError BAD_NAME */
export function checkName(name: string) {
  if (isName(name)) return name
  const mend = 'give a-z, 0-9, ".", "_" and "-", at most 100'
  throw new BusError('BAD_NAME', `"${name}" cannot be a name: ${mend}`)
}
