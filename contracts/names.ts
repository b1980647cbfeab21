import { busCheckNames } from './bus/run.ts'
import { checkNames as httpCheckNames } from './http/run.ts'

/** All checks of each contract by name, in the order in which they are made. */
export const checkNamesOf = {
  http: httpCheckNames,
  bus: busCheckNames,
} as const satisfies Record<string, readonly string[]>
