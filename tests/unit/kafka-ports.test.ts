import { once } from 'node:events'
import { createServer, Server, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isFree } from '../../servers/kafka/ports.ts'

test('a port is free unless a program listens on it', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  expect(await isFree(port)).toBe(false)
  server.close()
  await once(server, 'close')
  expect(await isFree(port)).toBe(true)
})

test('a port on which this user may not listen is an error and not a port in use', async () => {
  // A test that runs as root may listen on every port.
  const listen = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
    const error = new Error('listen EACCES: permission denied 127.0.0.1:80')
    setImmediate(() => this.emit('error', Object.assign(error, { code: 'EACCES' })))
    return this
  })
  onTestFinished(() => listen.mockRestore())
  await expect(isFree(80)).rejects.toThrow(
    'Kafka cannot use this port: listen EACCES: permission denied 127.0.0.1:80. Choose another KAFKA_PORT.',
  )
})
