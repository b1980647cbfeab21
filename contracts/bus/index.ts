import { crashing } from './scenes/crash.ts'
import { burying } from './scenes/dead-letter.ts'
import { ordering } from './scenes/order.ts'
import { replaying } from './scenes/replay.ts'
import { resuming } from './scenes/resume.ts'
import { takingOver } from './scenes/takeover.ts'
import type { BusTarget } from './target.ts'
import { evolving } from './scenes/versions.ts'
import type { Check } from '../check.ts'

/**
 * The bus contract: seven scenes, the last of them in two parts, that every bus behind the port has to play. Written against
 * what real Kafka does. Each scene makes topics and groups of its own. Needs nothing of Node.js.
 */
export const checks: readonly Check<BusTarget>[] = [
  ...resuming,
  ...replaying,
  ...ordering,
  ...crashing,
  ...burying,
  ...evolving,
  ...takingOver,
]
