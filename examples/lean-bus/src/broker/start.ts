import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { diskFolder } from '../log/files.ts'
import { lockFolder } from '../log/lock.ts'
import { memoryFolder } from '../log/memory-files.ts'
import { openBroker, type Broker } from './broker.ts'
import type { BrokerSettings } from '../settings.ts'

/**
 * Opens the broker that the settings describe, on a folder of its own.
 *
 * @throws Error for a folder that another broker has; BusError STORAGE for
 *   damage to what was acknowledged
 */
export async function openBrokerFromSettings(
  settings: BrokerSettings,
): Promise<Broker> {
  const { dataDir } = settings
  const options = { ...settings, warn: (text: string) => console.error(text) }
  if (dataDir === ':memory:') return openBroker(memoryFolder(), options)
  const release = await lockFolder(dataDir)
  const broker = await openBroker(await diskFolder(dataDir), options)
  return { ...broker, close: () => broker.close().finally(release) }
}

/** Lets a broker be reached over TCP; port 0 is any free port. */
export async function listen(broker: Broker, host: string, port: number) {
  const server = createServer({ noDelay: true }, broker.accept)
  await once(server.listen(port, host), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close()
      await broker.close()
    },
  }
}
