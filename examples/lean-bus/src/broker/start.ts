import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { diskFolder } from '../log/files.ts'
import { lockFolder } from '../log/lock.ts'
import { memoryFolder } from '../log/memory-files.ts'
import type { BrokerSettings } from '../settings.ts'
import { openBroker, type Broker } from './broker.ts'

/**
 * Opens a broker on the data folder in its settings.
 *
 * @throws Error when another broker has the folder; BusError STORAGE when
 *   acknowledged bytes are damaged
 */
export async function openBrokerFromSettings(
  settings: BrokerSettings,
): Promise<Broker> {
  const { dataDir } = settings
  const options = { ...settings, warn: (text: string) => console.error(text) }
  if (dataDir === ':memory:') return openBroker(memoryFolder(), options)
  const unlock = await lockFolder(dataDir)
  try {
    const broker = await openBroker(await diskFolder(dataDir), options)
    return {
      ...broker,
      async close() {
        await broker.close()
        // After a failed close, the lock stays until the process has exited.
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

/** Accepts TCP connections to a broker. Port 0 is any free port. */
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
