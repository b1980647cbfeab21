/** Starts a service on a core of its own and reads what it uses. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf } from '../../contracts/process/runtimes.ts'
import { coreTime, processTime, residentMiB } from './cpu.ts'
import type { CoreUse } from './gates.ts'
import { requestOf } from './scenes.ts'
import type { Stack } from './stacks.ts'

/** The service runs on one core and the generator on another. */
export const cores = { service: 0, generator: 1 }

/** A running service. Disposing of it kills it. */
export interface Server extends AsyncDisposable {
  readonly url: URL
  /** An order that it keeps until 10,000 newer ones have come. */
  createOrder(): Promise<string>
  memoryMiB(): number
  /** Runs a load and returns its result with the CPU time that the service took for it, in ms. */
  measure<T>(load: () => Promise<T>): Promise<{ result: T; cpuTime: number; use: CoreUse }>
}

/** @param logs whether it writes its log, to a pipe that the lab reads */
export async function startServer(stack: Stack, logs: boolean): Promise<Server> {
  const program = await startProgram({
    argv: ['taskset', '-c', String(cores.service), ...stack.argv],
    directory: stack.directory,
    env: {
      ...environmentOf(stack.runtime),
      NODE_ENV: 'production',
      LOG_LEVEL: logs ? 'info' : 'silent',
    },
  })
  const { pid, url, target } = program
  return {
    url,
    async createOrder() {
      const { method, path, body } = requestOf('post', '')
      const headers = { 'content-type': 'application/json' }
      const response = await target.fetch(path, { method, headers, body: body ?? null })
      const { id } = (await response.json()) as { id: string }
      return id
    },
    memoryMiB: () => residentMiB(pid),
    async measure(load) {
      // The kernel counts a core's time in ticks, so begin with an idle service.
      await sleep(50)
      const before = read(pid)
      const result = await load()
      const after = read(pid)
      const elapsed = after.now - before.now
      const cpuTime = after.service - before.service
      const busy = after.own.busy - before.own.busy
      return {
        result,
        cpuTime,
        use: {
          foreign: Math.max(0, busy - cpuTime) / elapsed,
          steal: (after.own.steal - before.own.steal) / elapsed,
          generator: (after.other.busy - before.other.busy) / elapsed,
        },
      }
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

function read(pid: number) {
  return {
    now: performance.now(),
    service: processTime(pid),
    own: coreTime(cores.service),
    other: coreTime(cores.generator),
  }
}
