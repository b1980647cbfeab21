import type { Check } from '../check.ts'
import { bodies } from './checks/body.ts'
import { bounded } from './checks/bounded.ts'
import { creating } from './checks/create.ts'
import { docs } from './checks/docs.ts'
import { health } from './checks/health.ts'
import { comparing, documenting } from './checks/openapi.ts'
import { errors, problems, secrets } from './checks/problems.ts'
import { quoting } from './checks/quote.ts'
import { reading } from './checks/read.ts'
import type { RecordedTarget } from './target.ts'

export { probes } from './probes/requests.ts'
export { record, type HttpTarget, type RecordedTarget } from './target.ts'

/**
 * The HTTP contract, which every order service must meet in any language. The checks run in this order against one target from
 * `record()`, because the last ones look back at all exchanges. They use nothing of Node.js, so that they run in a page.
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

/** All checks except the one that fills the store, which takes as long as all others together. */
export const quickChecks: readonly Check<RecordedTarget>[] = checks.filter(
  (check) => !bounded.includes(check),
)
