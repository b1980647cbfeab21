import { fileURLToPath } from 'node:url'
import {
  startBrokerProcess as startProcess,
  type BrokerProcess,
} from '../../../contracts/process/broker.ts'

export type { BrokerProcess }

const main = fileURLToPath(new URL('../../../examples/kafka/dev-broker/main.ts', import.meta.url))

/** Starts the dev broker as `npm run broker` does, on this port. @throws Error with what it wrote if it ends instead */
export function startBrokerProcess(port = '0'): Promise<BrokerProcess> {
  return startProcess(main, {
    node: process.execPath,
    env: { ...process.env, BROKER_PORT: port },
  })
}
