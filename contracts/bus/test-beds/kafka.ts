import { startBrokerProcess } from '../../process/broker.ts'
import { environmentOf } from '../../process/runtimes.ts'
import { createKafkaAdmin } from '../adapters/kafka.ts'
import { createDrivenTarget } from '../driver/driven-target.ts'
import { startDriverProcess } from './driver-process.ts'
import { modulePath, type OpenTestBed } from './test-bed.ts'

/** The shortest session timeout that brokers accept by default (`group.min.session.timeout.ms`), in ms. */
const shortestSessionTimeout = 6000

/**
 * A cluster that is already running.
 *
 * @param options.brokers addresses, each `host:port`
 * @param options.leaseMs session timeout; brokers reject less than 6000 by default
 */
export function openCluster({
  brokers,
  leaseMs = shortestSessionTimeout,
}: {
  readonly brokers: readonly string[]
  readonly leaseMs?: number
}): OpenTestBed {
  return async (example, resources) => {
    const env = { KAFKA_BROKERS: brokers.join(), KAFKA_SESSION_TIMEOUT_MS: String(leaseMs) }
    const admin = createKafkaAdmin(brokers)
    resources.defer(admin.close)
    const startDriver = () => startDriverProcess(example, env)
    const { target, kill } = createDrivenTarget({ leaseMs, startDriver, admin })
    resources.defer(kill)
    return { target, programEnv: () => ({ KAFKA_BROKERS: brokers.join() }) }
  }
}

/** The dev broker of the example. The example's program starts another one automatically. */
export const openDevBroker: OpenTestBed = async (example, resources) => {
  const { runtime } = example
  const { address } = resources.use(
    await startBrokerProcess(modulePath(example, '../dev-broker/main'), {
      node: runtime.path,
      env: environmentOf(runtime),
    }),
  )
  const { target } = await openCluster({ brokers: [address] })(example, resources)
  return { target, programEnv: () => ({ KAFKA_BROKERS: '' }) }
}
