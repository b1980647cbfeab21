import { describeOutput } from '../../process/describe.ts'
import { createDriver, type Driver } from '../driver/driver.ts'
import type { AdminCall, HostCommand, HostMessage } from '../driver/host-messages.ts'
import type { DriverMessage } from '../driver/messages.ts'
import { Requests } from '../driver/requests.ts'
import type { BusAdmin } from '../target.ts'
import { startDriverProgram } from './driver-process.ts'
import type { InstalledExample } from './test-bed.ts'

/** A process that runs the broker of an example, with drivers in workers. */
export interface Host {
  readonly admin: BusAdmin
  /** Starts a driver in a worker. `kill` terminates the worker, `freeze` blocks its thread with `Atomics.wait`. */
  startDriver(): Driver
  /** Ends the process. Resolves when it is gone. */
  kill(): Promise<void>
}

interface HostedWorker {
  listener(message: DriverMessage): void
  readonly ended: PromiseWithResolvers<string>
}

export function startHost(example: InstalledExample, leaseMs: number): Host {
  const { child, send, kill, ended } = startDriverProgram('host-program.ts', example, {
    LEASE_MS: String(leaseMs),
  })
  const command = (message: HostCommand) => send(message)
  const requests = new Requests()
  const workers: HostedWorker[] = []
  child.on('message', (message: HostMessage) => {
    switch (message.type) {
      case 'result':
        return requests.settle(message)
      case 'forwarded':
        return workers[message.worker]?.listener(message.message)
      case 'worker-ended':
        return workers[message.worker]?.ended.resolve(message.error)
    }
  })
  void ended.then((output) => {
    requests.rejectAll(new Error(`The host of the workers has ended. ${describeOutput(output)}`))
    for (const worker of workers) worker.ended.resolve(output)
  })
  const ask = (call: AdminCall) => requests.make((id) => command({ type: 'admin', id, call }))

  return {
    admin: {
      createTopic: async (...args) => void (await ask({ method: 'createTopic', args })),
      committed: async (...args) =>
        (await ask({ method: 'committed', args })) as ReadonlyMap<number, bigint>,
    },
    startDriver() {
      const hosted: HostedWorker = { listener: () => {}, ended: Promise.withResolvers() }
      const worker = workers.push(hosted) - 1
      command({ type: 'start', worker })
      return createDriver({
        send: (sent) => command({ type: 'forward', worker, command: sent }),
        onMessage: (listener) => (hosted.listener = listener),
        freeze: () => command({ type: 'freeze', worker }),
        wake: () => command({ type: 'wake', worker }),
        kill: () => command({ type: 'end', worker }),
        ended: hosted.ended.promise,
      })
    },
    async kill() {
      kill()
      await ended
    },
  }
}
