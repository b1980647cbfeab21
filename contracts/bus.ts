import { crashing } from './bus/crash.ts'
import { burying } from './bus/dead-letter.ts'
import { ordering } from './bus/order.ts'
import { replaying } from './bus/replay.ts'
import { resuming } from './bus/resume.ts'
import { takingOver } from './bus/takeover.ts'
import type { BusTarget } from './bus/target.ts'
import { evolving } from './bus/versions.ts'
import type { Check } from './contract.ts'

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
