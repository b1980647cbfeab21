import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { join, relative, resolve } from 'node:path'

/**
 * Takes a folder for this process, until it ends, however it ends: the lock is
 * a socket on which it listens, and a socket of nobody is no lock. Two that
 * start at the same time may both be refused.
 *
 * @throws Error when another process has the folder, or its path is too long
 */
export async function lockFolder(folder: string) {
  await mkdir(folder, { recursive: true })
  const name = `lock-${randomUUID().slice(0, 8)}`
  const server = createServer((socket) => socket.destroy())
  // First listen, then look: of two, the later one always sees the other.
  await once(server.listen(socketPath(folder, name)), 'listening')
  server.unref()
  const release = () => void server.close()
  for (const other of await readdir(folder)) {
    if (!other.startsWith('lock-') || other === name) continue
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
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** The shorter way to a socket, whose path may have 103 bytes on any system. */
function socketPath(folder: string, name: string) {
  const paths = [resolve(folder, name), relative('.', join(folder, name))]
  const [path] = paths.sort((a, b) => a.length - b.length) as [string, string]
  if (Buffer.byteLength(path) <= 103) return path
  throw new Error(
    `The path of the data folder ${folder} is too long. Give a shorter DATA_DIR, or one below the folder in which you start the broker.`,
  )
}
