import { busCheckNames } from './bus/run.ts'
import { checkNames as httpCheckNames } from './http/run.ts'

/** The names of all checks of each contract, in the order in which they run. */
export const checkNamesOf = {
  http: httpCheckNames,
  bus: busCheckNames,
} as const satisfies Record<string, readonly string[]>
