import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import type { DiskOptions } from './disk/options.ts'

const watchedDisk = fileURLToPath(new URL('disk/disk.ts', import.meta.url))

/** How long a broker may take to start and to exit, in ms. */
const [startTimeout, exitTimeout] = [20_000, 10_000]

/** Small sizes, so that segments roll, retention deletes old ones and the groups' log is rewritten all the time. */
export const sizes = { segmentBytes: 24 * 1024, retainBytes: 256 * 1024 }

export type BrokerProcess = ReturnType<typeof spawnBroker>

/**
 * Starts a broker in a new process: Node with these arguments. The process is ended when this one exits.
 *
 * @param env the whole environment
 */
export function spawnBroker(args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = execa(process.execPath, args, {
    env: { BROKER_PORT: '0', ...env },
    extendEnv: false,
    stdin: 'pipe',
    reject: false,
    forceKillAfterDelay: false,
    stripFinalNewline: false,
  })
  let [stdout, stderr] = ['', '']
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const readExit = async () => {
    const { exitCode, signal, stderr } = await child
    return { code: exitCode, signal, stderr }
  }
  const exit = readExit()
  const port = new Promise<number | undefined>((resolve) => {
    child.stdout.on('data', (chunk) => {
      stdout += chunk
      const [, found] = /^BUS=\S+:(\d+)\n/m.exec(stdout) ?? []
      if (found !== undefined) resolve(Number(found))
    })
    void exit.then(() => resolve(undefined))
  })
  return {
    pid: child.pid,
    /** Resolves with the port when the broker is ready, or with undefined when the process exits first. */
    port,
    /** Resolves with an exit code or a signal, and all that the process wrote to standard error. */
    exit,
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    /** What it has written to standard error. */
    stderr: () => stderr,
  }
}

/**
 * Starts the example's `npm run broker` on a watched disk. Kills it when it isn't ready in time.
 *
 * @param source the folder of the broker's source files
 * @param cache folder of compiled code that all processes share
 */
export function startWatchedBroker(source: string, cache: string, disk: DiskOptions) {
  const program = join(source, 'cli/run-broker.ts')
  const broker = spawnBroker(['--import', watchedDisk, program], {
    ...environmentOf(thisNode()),
    NODE_COMPILE_CACHE: cache,
    CRASH_DISK: JSON.stringify(disk),
    DATA_DIR: disk.data,
    SEGMENT_BYTES: String(sizes.segmentBytes),
    RETAIN_BYTES: String(sizes.retainBytes),
  })
  const timer = setTimeout(() => broker.kill('SIGKILL'), startTimeout)
  void broker.port.then(() => clearTimeout(timer))
  return broker
}

/**
 * Waits for the exit of a broker that was told to exit, or that must exit because its disk failed.
 *
 * @throws Error when it keeps running; it is killed by then
 */
export async function waitForExit(broker: BrokerProcess) {
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    broker.kill('SIGKILL')
  }, exitTimeout)
  const exit = await broker.exit
  clearTimeout(timer)
  if (isLate) throw new Error(`the broker keeps running where it must exit: ${exit.stderr}`)
  return exit
}
