import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Word } from './messages.ts'
import { driverOf, type Driver } from './remote.ts'

export interface DriverOptions {
  /** The folder of the example's modules: `src`, or `dist` after a build. */
  readonly modules: string
  /** The Node.js that runs it. */
  readonly node: string
  /** The whole environment: the example reads from it how to reach the bus. */
  readonly env: NodeJS.ProcessEnv
}

/** To be killed should this process end first: one that is stopped would never notice. */
const running = new Set<() => void>()
process.on('exit', () => {
  for (const kill of running) kill()
})

/** Forks a program of this folder, with its output kept for error messages. */
export function forkProgram(name: string, { modules, node, env }: DriverOptions) {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), [modules], {
    execPath: node,
    execArgv: [],
    env,
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const kill = () => void child.kill('SIGKILL')
  running.add(kill)
  const gone = new Promise<string>((resolve) => {
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
  const tell = (message: object) => {
    // What it does not read any more, it cannot answer either.
    if (child.connected) child.send(message, () => {})
  }
  return { child, tell, kill, gone }
}

/** Starts a driver in a process: it is killed by SIGKILL and frozen by SIGSTOP. */
export function startDriverProcess(options: DriverOptions): Driver {
  const { child, tell, kill, gone } = forkProgram('driver.ts', options)
  return driverOf({
    tell,
    onWord: (listener) => child.on('message', (word: Word) => listener(word)),
    freeze: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    kill,
    gone,
  })
}
