/** The lock of a data folder, when it isn't certain whether another broker has it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { createConnection, Server } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { lockFolder } from '../../examples/lean-bus/src/log/lock.ts'
import { describeWith } from '../tools/describe-with.ts'
import { root, runAsOtherUser, sharedFolder } from './tools/other-user.ts'
import { startTestBroker, temporaryDataDir } from './tools/test-broker.ts'

const listLocks = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('lock-'))

const unknownOwner = (folder: string, lock: string, code: string) =>
  `Another broker may have the data folder ${folder}: its lock ${join(folder, lock)} does not answer (${code}). Stop that broker, or give another DATA_DIR. If no broker has the folder, delete the lock.`

/** Fills the queue of a socket whose process is frozen. Resolves when the system refuses the next connection. */
async function fillQueue(lock: string) {
  for (;;) {
    const socket = createConnection(lock)
    onTestFinished(() => void socket.destroy())
    try {
      await once(socket, 'connect')
      // The kernel resets it when the frozen process is killed.
      socket.on('error', () => {})
    } catch {
      return
    }
  }
}

/** Starts a process that listens on a lock, and is frozen. */
async function freezeOwner(lock: string) {
  const program = `require('node:net').createServer()
    .listen({ path: ${JSON.stringify(lock)}, backlog: 1 }, () => console.log('listening'))`
  const owner = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void owner.kill('SIGKILL'))
  await once(owner.stdout, 'data')
  owner.kill('SIGSTOP')
  return owner
}

test('a broker does not take the lock of a frozen one, whose socket accepts no more connections', async () => {
  const folder = temporaryDataDir()
  mkdirSync(folder)
  const lock = join(folder, 'lock-~0000000')
  const owner = await freezeOwner(lock)
  await fillQueue(lock)
  const message = unknownOwner(folder, 'lock-~0000000', 'EAGAIN')
  for (let i = 0; i < 2; i++) await expect(lockFolder(folder)).rejects.toThrow(message)
  expect(listLocks(folder)).toEqual(['lock-~0000000'])
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  const release = await lockFolder(folder)
  expect(listLocks(folder)).not.toContain('lock-~0000000')
  release()
})

test.each(['EPERM', 'ENOTSUP', 'EACCES'])(
  'a data folder in which a socket cannot be made (%s) is rejected with an error that says what to do',
  async (code) => {
    // File systems without Unix sockets cannot be mounted in every test environment.
    const listen = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
      setImmediate(() => this.emit('error', Object.assign(new Error(`listen ${code}`), { code })))
      return this
    })
    onTestFinished(() => listen.mockRestore())
    const folder = temporaryDataDir()
    await expect(lockFolder(folder)).rejects.toThrow(
      `The data folder ${folder} cannot be locked: listen ${code}. The lock is a Unix socket. Let this user write to the folder, and put it on a local disk`,
    )
  },
)

test('a broker whose lock another process has removed as dead, just before it listened, does not start', async () => {
  const folder = temporaryDataDir()
  const { listen } = Server.prototype
  const spy = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (
    this: Server,
    lock: unknown,
  ) {
    return listen.call(this, lock).once('listening', () => rmSync(lock as string))
  })
  onTestFinished(() => spy.mockRestore())
  await expect(lockFolder(folder)).rejects.toThrow('Another broker has the data folder')
})

describeWith('root', root, () => {
  test('a broker started by another user does not take the lock of the first one, dead or alive, and names it', async () => {
    const folder = sharedFolder(0o777)
    const first = await startTestBroker({ DATA_DIR: folder })
    const [lock = ''] = listLocks(folder)
    const isRefused = async () => {
      const { exitCode, stderr } = await runAsOtherUser(['cli/run-broker.ts'], folder)
      expect(stderr).toContain(unknownOwner(folder, lock, 'EACCES'))
      expect(exitCode).toBe(1)
      expect(listLocks(folder)).toEqual([lock])
    }
    await isRefused()
    await expect(lockFolder(folder)).rejects.toThrow('Another broker has the data folder')
    first.kill('SIGKILL')
    await first.exit
    await isRefused()
    const release = await lockFolder(folder)
    release()
    expect(listLocks(folder)).toEqual([])
  })

  test('a start that fails on a folder of another user leaves no lock behind', async () => {
    const folder = sharedFolder(0o777)
    mkdirSync(join(folder, '__groups'))
    const { exitCode, stderr } = await runAsOtherUser(['cli/run-broker.ts'], folder)
    expect(stderr).toContain(`EACCES: permission denied, open '${folder}/__groups/`)
    expect(exitCode).toBe(1)
    expect(listLocks(folder)).toEqual([])
  })
})
