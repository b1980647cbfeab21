import type { Check, Edge } from './contract.ts'
import { bodies } from './http/body.ts'
import { bounded } from './http/bounded.ts'
import { creating } from './http/create.ts'
import { docs } from './http/docs.ts'
import { edges as probes } from './http/edges.ts'
import { health } from './http/health.ts'
import { comparing, documenting } from './http/openapi.ts'
import { errors, problems, secrets } from './http/problems.ts'
import { quoting } from './http/quote.ts'
import { reading } from './http/read.ts'
import type { HttpTarget, RecordedTarget } from './http/target.ts'

export { record, type HttpTarget, type RecordedTarget } from './http/target.ts'

/**
 * The HTTP contract: what every order service must do, whatever it is written in. To be run in this order against one target
 * from `record()`, since the last checks look at all that the others asked and were answered. Needs nothing of Node.js.
 */
export const checks: readonly Check<RecordedTarget>[] = [
  ...health,
  ...creating,
  ...bodies,
  ...reading,
  ...quoting,
  ...problems,
  ...secrets,
  ...bounded,
  ...documenting,
  ...docs,
  ...errors,
  ...comparing,
]

/** All but the check that fills the store, which takes as long as all others together. */
export const quickChecks: readonly Check<RecordedTarget>[] = checks.filter(
  (check) => !bounded.includes(check),
)

/** Where the contract leaves the answer to the stack. */
export const edges: readonly Edge<HttpTarget>[] = probes
