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
 * @throws Error when another process has the lock or may have it, when the
 *   path is too long, or when the folder cannot hold a socket
 */
export async function lockFolder(folder: string) {
  await mkdir(folder, { recursive: true })
  // No topic can have this name: `~` is not allowed in it.
  const name = `lock-~${randomUUID().slice(0, 7)}`
  const server = createServer((socket) => socket.destroy())
  // Listen before looking for others: of two processes, the later sees the
  // other.
  await once(
    server.listen(socketPath(folder, name)).unref(),
    'listening',
  ).catch((cause: Error) => {
    throw new Error(
      `The data folder ${folder} cannot be locked: ${cause.message}. The lock is a Unix socket. Let this user write to the folder, and put it on a local disk: a bind mount of Docker on macOS or Windows may have no sockets, but a volume has.`,
      { cause },
    )
  })
  const release = () => void server.close()
  try {
    const others = (await listLocks(folder)).filter((other) => other !== name)
    for (const other of others) await checkIsDead(folder, other)
    // A process that looked between our bind and our listen may have removed
    // our lock. It listened before us, so it has the folder.
    if (!(await listLocks(folder)).includes(name)) throw heldError(folder)
    for (const other of others) await rm(join(folder, other), { force: true })
  } catch (error) {
    release()
    throw error
  }
  return release
}

/**
 * Lists the names of the locks. A folder may be a topic, such as `lock-orders`.
 * A lock without `~` is of an earlier version.
 */
async function listLocks(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isSocket() && entry.name.startsWith('lock-'))
    .map(({ name }) => name)
}

/** @throws Error unless it is certain that no process listens on the lock */
async function checkIsDead(folder: string, name: string) {
  const socket = createConnection(socketPath(folder, name))
  try {
    await once(socket, 'connect')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    // The process has died, or has just released its lock.
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return
    throw new Error(
      `Another broker may have the data folder ${folder}: its lock ${join(folder, name)} does not answer (${code}). Stop that broker, or give another DATA_DIR. If no broker has the folder, delete the lock.`,
      { cause },
    )
  } finally {
    socket.destroy()
  }
  throw heldError(folder)
}

const heldError = (folder: string) =>
  new Error(
    `Another broker has the data folder ${folder}. Stop it, or give another DATA_DIR.`,
  )

/** The shorter path of a socket. Every system allows 103 bytes. */
function socketPath(folder: string, name: string) {
  const paths = [resolve(folder, name), relative('.', join(folder, name))]
  const [path] = paths.sort((a, b) => a.length - b.length) as [string, string]
  if (Buffer.byteLength(path) <= 103) return path
  throw new Error(
    `The path of the data folder ${folder} is too long for a socket. Set DATA_DIR to a shorter path, or start the broker in the folder above it.`,
  )
}
