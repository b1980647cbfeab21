import type { Check } from '../check.ts'
import { crash } from './scenes/crash.ts'
import { deadLetter } from './scenes/dead-letter.ts'
import { order } from './scenes/order.ts'
import { poison } from './scenes/poison.ts'
import { replay } from './scenes/replay.ts'
import { resume } from './scenes/resume.ts'
import { frozen, killed } from './scenes/takeover.ts'
import { versions } from './scenes/versions.ts'
import type { BusTarget } from './target.ts'

/**
 * The bus contract: scenes that every bus behind the port has to pass, written against the behavior of real Kafka. Each scene
 * creates its own topics and groups. A page can run them, so nothing here starts a process or reads a file.
 */
export const scenes = {
  resume,
  replay,
  order,
  crash,
  deadLetter,
  poison,
  versions,
  killed,
  frozen,
}

export const checks: readonly Check<BusTarget>[] = Object.values(scenes)
