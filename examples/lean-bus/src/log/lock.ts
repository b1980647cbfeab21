import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { join, relative, resolve } from 'node:path'

/**
 * Locks a folder until this process ends. The lock is a socket on which the
 * process listens, so a crash leaves no lock behind. Of two processes that
 * start at the same time, both may fail.
 *
 * @throws Error when another process has the lock or the path is too long
 */
export async function lockFolder(folder: string) {
  await mkdir(folder, { recursive: true })
  // No topic can have this name: `~` is not allowed in it.
  const name = `lock-~${randomUUID().slice(0, 7)}`
  const server = createServer((socket) => socket.destroy())
  // Listen before looking for others: of two processes, the later sees the
  // other.
  await once(server.listen(socketPath(folder, name)), 'listening')
  server.unref()
  const release = () => void server.close()
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    // A folder is a topic, such as `lock-orders`. A lock without `~` is of an
    // earlier version.
    if (!entry.isSocket() || !entry.name.startsWith('lock-')) continue
    const other = entry.name
    if (other === name) continue
    if (await isListening(socketPath(folder, other))) {
      release()
      throw new Error(
        `Another broker has the data folder ${folder}. Stop it, or give another DATA_DIR.`,
      )
    }
    await rm(join(folder, other), { force: true })
  }
  return release
}

async function isListening(path: string) {
  const socket = createConnection(path)
  const connected = once(socket, 'connect')
  return connected
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy())
}

/** The shorter path of a socket. Every system allows 103 bytes. */
function socketPath(folder: string, name: string) {
  const paths = [resolve(folder, name), relative('.', join(folder, name))]
  const [path] = paths.sort((a, b) => a.length - b.length) as [string, string]
  if (Buffer.byteLength(path) <= 103) return path
  throw new Error(
    `The path of the data folder ${folder} is too long for a socket. Set DATA_DIR to a shorter path, or start the broker in the folder above it.`,
  )
}
