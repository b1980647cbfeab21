import { checks } from '../../contracts/bus/index.ts'
import { runProgramChecks, type BusOptions } from '../../contracts/bus/run.ts'
import type { BusTarget } from '../../contracts/bus/target.ts'
import { openBrokerAt, startLeanBroker, createDataDir } from '../../contracts/bus/test-beds/lean.ts'
import { runChecks } from '../../contracts/run.ts'
import { startTraffic, type FailingRun } from './traffic.ts'

/**
 * Runs the bus contract on a lean bus, one scene after the other. Before each connection and each member of a scene, the broker
 * restarts on the same port and folder, after SIGTERM and SIGKILL in turn. At the same time, a client publishes and handles
 * records.
 */
export async function runOnRestartedBroker(
  options: Omit<BusOptions, 'openTestBed'>,
): Promise<FailingRun> {
  await using folder = await createDataDir()
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
    await using resources = new AsyncDisposableStack()
    const testBed = await openBrokerAt(address)(options, resources)
    const traffic = await startTraffic(testBed.target)
    const target = restartFirst(testBed.target, restart)
    const scenes = await runChecks(checks, target, options.onResult)
    const program = await runProgramChecks(options, testBed)
    return { checks: [...scenes, ...program], probes: [], ...(await traffic.end()) }
  } finally {
    await (await broker).stop()
  }
}

/**
 * Restarts the broker before each connection and member. A restart ends all leases, so a record in a handler is redelivered
 * afterwards. The scenes count deliveries, so the broker restarts only where no handler has one of their records, except the
 * handler of a frozen member.
 */
function restartFirst(target: BusTarget, restart: () => Promise<void>): BusTarget {
  return {
    ...target,
    async connect(options) {
      await restart()
      return target.connect(options)
    },
    async member(...options) {
      await restart()
      return target.member(...options)
    },
  }
}
