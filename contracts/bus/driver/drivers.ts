import { randomUUID } from 'node:crypto'
import { steered } from '../steer.ts'
import type { BusTarget } from '../target.ts'
import type { Driver } from './remote.ts'

/** What all targets have in common: connections and members that run elsewhere. */
export interface DrivenTarget extends Pick<BusTarget, 'connect' | 'group' | 'member'> {
  /** Kills all drivers, and resolves when they are gone. */
  kill(): Promise<void>
}

/** The name of a topic that was not there before. */
export const newTopic = () => `scene-${randomUUID()}`

/** Runs all connections in one driver, and each member in one of its own. */
export function driveTarget(start: () => Driver): DrivenTarget {
  const drivers = new Set<Driver>()
  const startOne = () => {
    const driver = start()
    drivers.add(driver)
    return driver
  }
  let connections: Driver | undefined

  return {
    connect: () => (connections ??= startOne()).connect(),
    group: () => `group-${randomUUID()}`,
    async member(topic, group, report, { deadLetters = false } = {}) {
      const driver = startOne()
      const bus = await driver.connect({ deadLetters })
      const { ended } = await bus.subscribe({ topic, group }, steered(report))
      let wasEnded = false
      ended.catch((error: unknown) => wasEnded || report({ type: 'ended', error }))
      const kill = async () => {
        wasEnded = true
        drivers.delete(driver)
        await driver.kill()
      }
      return {
        async stop() {
          await bus.close()
          await kill()
        },
        kill,
        freeze: driver.freeze,
        wake: driver.wake,
      }
    },
    async kill() {
      await Promise.all(Array.from(drivers, (driver) => driver.kill()))
    },
  }
}
