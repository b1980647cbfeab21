import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { KafkaError } from './error.ts'

/**
 * Finds free ports. They are below the range from which systems choose ports of clients and for port 0, so that no other
 * program takes the port of a broker while it is down.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = randomInt(20_000, 32_000)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

/**
 * Whether a port of 127.0.0.1 is free.
 *
 * @throws KafkaError when it cannot be known
 */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') return false
    throw new KafkaError(`Kafka cannot use this port: ${message}. Choose another KAFKA_PORT.`, {
      cause,
    })
  } finally {
    server.close()
  }
}
