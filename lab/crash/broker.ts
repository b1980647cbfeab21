import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import type { DiskOptions } from './disk-options.ts'

/** The source of the example's broker, as it is. */
export const exampleSource = fileURLToPath(new URL('../../examples/lean-bus/src', import.meta.url))

const disk = fileURLToPath(new URL('disk.ts', import.meta.url))

/** How long a broker may take to serve, and to end once it should, in milliseconds. */
const [startLimit, endLimit] = [20_000, 10_000]

/** Small, so that segments roll, old ones are deleted and the groups' log is rewritten all the time. */
export const sizes = { segmentBytes: 24 * 1024, retainBytes: 256 * 1024 }

export interface BrokerOptions {
  /** The folder of its source files. */
  readonly source: string
  /** Where compiled code is kept from one process to the next. */
  readonly cache: string
  readonly disk: DiskOptions
}

/** How a process ended, and all it wrote to standard error. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly errors: string
}

export interface BrokerProcess {
  /** Resolves with its port when it serves, with undefined when it has ended instead. */
  readonly port: Promise<number | undefined>
  readonly ended: Promise<Ended>
  hasEnded(): boolean
  signal(name: 'SIGKILL' | 'SIGTERM'): void
  /** What it wrote to standard error so far. */
  errors(): string
}

const running = new Set<() => void>()
process.on('exit', () => {
  for (const kill of running) kill()
})

/** Starts the example's `npm run broker`, on a disk that is watched. */
export function startBroker({ source, cache, disk: options }: BrokerOptions): BrokerProcess {
  const child = spawn(process.execPath, ['--import', disk, join(source, 'cli/run-broker.ts')], {
    env: {
      ...environmentOf(thisNode()),
      NODE_COMPILE_CACHE: cache,
      CRASH_DISK: JSON.stringify(options),
      DATA_DIR: options.data,
      BROKER_PORT: '0',
      SEGMENT_BYTES: String(sizes.segmentBytes),
      RETAIN_BYTES: String(sizes.retainBytes),
    },
    stdio: 'pipe',
  })
  const kill = () => void child.kill('SIGKILL')
  running.add(kill)
  let output = ''
  let errors = ''
  let isOver = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    isOver = true
    running.delete(kill)
    clearTimeout(tooLong)
    return { code, signal, errors }
  })
  const tooLong = setTimeout(kill, startLimit)
  const port = new Promise<number | undefined>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const [, found] = /^BUS=\S+:(\d+)\n/m.exec(output) ?? []
      if (found === undefined) return
      clearTimeout(tooLong)
      resolve(Number(found))
    })
    void ended.then(() => resolve(undefined))
  })
  return {
    port,
    ended,
    hasEnded: () => isOver,
    signal: (name) => void child.kill(name),
    errors: () => errors,
  }
}

/**
 * Waits until a broker has ended that was told to, or that should have by itself.
 *
 * @throws Error when it goes on; it is killed by then
 */
export async function endOf(broker: BrokerProcess): Promise<Ended> {
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    broker.signal('SIGKILL')
  }, endLimit)
  const ended = await broker.ended
  clearTimeout(timer)
  if (isLate) throw new Error(`the broker goes on where it should end: ${ended.errors}`)
  return ended
}
