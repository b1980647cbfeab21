import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startChild } from '../../process/child.ts'
import { environmentOf } from '../../process/runtimes.ts'
import { createDriver, type Driver } from '../driver/driver.ts'
import type { DriverMessage } from '../driver/messages.ts'
import { modulePath, type InstalledExample } from './test-bed.ts'

/** Starts a program of the driver folder and keeps its output for error messages. */
export function startDriverProgram(
  name: string,
  example: InstalledExample,
  env: NodeJS.ProcessEnv,
) {
  const { runtime } = example
  const program = fileURLToPath(new URL(`../driver/${name}`, import.meta.url))
  const modules = dirname(modulePath(example, 'bus'))
  const { child, exit, kill, output } = startChild([runtime.path, program, modules], {
    env: { ...environmentOf(runtime), ...env },
    ipc: true,
  })
  return {
    child,
    send(message: object) {
      // A process that has disconnected answers nothing. Its end rejects what waits for answers.
      if (child.connected) child.send(message, () => {})
    },
    kill,
    /** Resolves with its output. */
    ended: exit.then(output, ({ message }: Error) => message),
  }
}

/** Starts a driver in its own process. `kill` sends SIGKILL, `freeze` SIGSTOP, `wake` SIGCONT. */
export function startDriverProcess(example: InstalledExample, env: NodeJS.ProcessEnv): Driver {
  const { child, ...channel } = startDriverProgram('driver-program.ts', example, env)
  return createDriver({
    ...channel,
    onMessage: (listener) => child.on('message', (message: DriverMessage) => listener(message)),
    freeze: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
  })
}
