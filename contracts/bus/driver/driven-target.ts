import type { BusAdmin, BusTarget } from '../target.ts'
import type { Driver } from './driver.ts'
import { createReportingHandler } from './reporting-handler.ts'

export interface DrivenTargetOptions {
  readonly leaseMs: number
  startDriver(): Driver
  readonly admin: BusAdmin
}

/** Creates a target that runs all connections in one driver, and each member in its own driver. */
export function createDrivenTarget({ leaseMs, startDriver, admin }: DrivenTargetOptions) {
  const drivers = new Set<Driver>()
  const start = () => {
    const driver = startDriver()
    drivers.add(driver)
    return driver
  }
  let connections: Driver | undefined

  const target: BusTarget = {
    leaseMs,
    connect: (options) => (connections ??= start()).connect(options),
    async topic(partitions, name = `scene-${crypto.randomUUID()}`) {
      await admin.createTopic(name, partitions)
      return name
    },
    group: () => `group-${crypto.randomUUID()}`,
    committed: (group, topic) => admin.committed(group, topic),
    async member(topic, group, report, { deadLetters = false } = {}) {
      const driver = start()
      const bus = await driver.connect({ deadLetters })
      const { ended } = await bus.subscribe({ topic, group }, createReportingHandler(report))
      let isKilled = false
      ended.catch((error: unknown) => isKilled || report({ type: 'ended', error }))
      const kill = async () => {
        isKilled = true
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
  }
  return {
    target,
    /** Kills all drivers. Resolves when they are gone. */
    async kill() {
      await Promise.all(Array.from(drivers, (driver) => driver.kill()))
    },
  }
}
