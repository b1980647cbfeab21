import { fork } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environmentOf } from '../../process/runtimes.ts'
import { createDriver, type Driver } from '../driver/driver.ts'
import type { DriverMessage } from '../driver/messages.ts'
import { modulePath, type InstalledExample } from './test-bed.ts'

/** Kills what still runs when this process ends. A process that is frozen would not notice. */
const running = new Set<() => void>()
process.on('exit', () => {
  for (const kill of running) kill()
})

/** Starts a program of the driver folder and keeps its output for error messages. */
export function forkProgram(name: string, example: InstalledExample, env: NodeJS.ProcessEnv) {
  const { runtime } = example
  const program = fileURLToPath(new URL(`../driver/${name}`, import.meta.url))
  const child = fork(program, [dirname(modulePath(example, 'bus'))], {
    execPath: runtime.path,
    execArgv: [],
    env: { ...environmentOf(runtime), ...env },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const kill = () => void child.kill('SIGKILL')
  running.add(kill)
  const ended = new Promise<string>((resolve) => {
    const end = () => {
      running.delete(kill)
      resolve(output)
    }
    child.once('error', ({ message }) => {
      output += message
      end()
    })
    child.once('close', end)
  })
  const send = (message: object) => {
    // A process that has disconnected answers nothing. Its end rejects what waits for answers.
    if (child.connected) child.send(message, () => {})
  }
  return { child, send, kill, ended }
}

/** Starts a driver in its own process. `kill` sends SIGKILL, `freeze` SIGSTOP, `wake` SIGCONT. */
export function startDriverProcess(example: InstalledExample, env: NodeJS.ProcessEnv): Driver {
  const { child, ...channel } = forkProgram('driver-program.ts', example, env)
  return createDriver({
    ...channel,
    onMessage: (listener) => child.on('message', (message: DriverMessage) => listener(message)),
    freeze: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
  })
}
