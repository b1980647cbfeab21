/** The bus contract against a lean bus whose broker is restarted again and again while the scenes are played. */
import { dataFolder, onBroker, startLeanBroker } from '../../contracts/bus/adapters/lean.ts'
import { runProgramChecks, type BusOptions } from '../../contracts/bus/run.ts'
import { checks } from '../../contracts/bus/index.ts'
import type { BusTarget } from '../../contracts/bus/target.ts'
import { runChecks } from '../../contracts/run.ts'
import { startTraffic, type FailingRun } from '../traffic.ts'

/**
 * Runs the bus contract, one scene after the other. The broker is ended and started again, on the same port and folder,
 * before each connection and each member that a scene asks for: by SIGTERM and by SIGKILL in turn. Beside the scenes,
 * records are published one after the other and handled.
 */
export async function runOnRestartedBroker(
  options: Omit<BusOptions, 'stand'>,
): Promise<FailingRun> {
  const { runtime, onResult } = options
  await using folder = await dataFolder()
  const start = (port = 0) => startLeanBroker(options, { dataDir: folder.path, port })
  let broker = start()
  const { address, port } = await broker
  let restarts = 0
  const restart = async () => {
    await (await broker).stop(restarts++ % 2 === 0 ? 'SIGTERM' : 'SIGKILL')
    broker = start(port)
    await broker
  }
  try {
    await using stand = await onBroker(address)(options)
    const traffic = await startTraffic(stand.target)
    const scenes = await runChecks(checks, restartedBefore(stand.target, restart), onResult)
    const program = await runProgramChecks(options, stand)
    const { name } = runtime
    return { runtime: name, checks: [...scenes, ...program], probes: [], ...(await traffic.end()) }
  } finally {
    await (await broker).stop()
  }
}

/**
 * A restart ends all leases, so that a record which is being handled then comes again. The scenes count deliveries: they are
 * restarted where none of their records is in a hand, unless it is that of a member that is frozen.
 */
function restartedBefore(target: BusTarget, restart: () => Promise<void>): BusTarget {
  return {
    ...target,
    async connect() {
      await restart()
      return target.connect()
    },
    async member(...options) {
      await restart()
      return target.member(...options)
    },
  }
}
