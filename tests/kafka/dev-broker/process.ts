import { fileURLToPath } from 'node:url'
import { startBrokerProcess, type BrokerProcess } from '../../../contracts/process/broker.ts'

const main = fileURLToPath(new URL('../../../examples/kafka/dev-broker/main.ts', import.meta.url))

/** Starts the dev broker as `npm run broker` does. @throws Error with its output when it exits instead */
export function startDevBrokerProcess(port = '0'): Promise<BrokerProcess> {
  return startBrokerProcess(main, {
    node: process.execPath,
    env: { ...process.env, BROKER_PORT: port },
  })
}
