/** Measures one start of a service. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { coreTime, processTime } from '../../http/cpu.ts'
import { cores } from '../../http/server.ts'
import { readMarks, type Marks } from './marks.ts'
import type { Sample } from './record.ts'
import type { Deployment } from './variants.ts'

export type Start = Pick<Sample, 'answered' | 'pieces' | 'rssMiB' | 'pssMiB' | 'foreign' | 'steal'>

/** Longest wait for the first answer, in ms. */
const timeout = 30_000

/** ms of CLOCK_MONOTONIC, as in the marks. */
const now = () => Number(process.hrtime.bigint()) / 1e6

/**
 * Starts a service, waits until `GET /health` is answered with 200, and kills it. The time includes that of `taskset`, which
 * chooses the core: about a millisecond.
 *
 * @throws Error with the output of the service if it does not answer
 */
export async function measureStart({ argv, directory, env }: Deployment): Promise<Start> {
  const before = coreTime(cores.service)
  const began = now()
  const child = spawn('taskset', ['-c', String(cores.service), ...argv], {
    cwd: directory,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
  })
  const closed = once(child, 'close')
  let [stdout, stderr] = ['', '']
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const port = new Promise<number>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const [, found] = /http:\/\/127\.0\.0\.1:(\d+)\s/.exec(stdout) ?? []
      if (found !== undefined) resolve(Number(found))
    })
    const fail = () => reject(new Error(`${argv.join(' ')} did not start:\n${stdout}${stderr}`))
    closed.then(fail, fail)
  })
  const pid = child.pid ?? 0
  try {
    const found = await port
    const listening = now()
    await getHealth(found)
    const answered = now()
    const after = coreTime(cores.service)
    const foreign = after.busy - before.busy - processTime(pid)
    const memory = readMemory(pid)
    child.kill('SIGKILL')
    await closed
    return {
      answered: round(answered - began),
      ...divide({ listening, ...readMarks(stderr) }, began, answered),
      ...memory,
      foreign: round(foreign),
      steal: after.steal - before.steal,
    }
  } finally {
    child.kill('SIGKILL')
  }
}

/** Divides a start at its marks. A service that reports none is not divided. */
export function divide(
  { runtime, modules, listening }: Marks,
  began: number,
  answered: number,
): Pick<Sample, 'pieces'> {
  if (runtime === undefined || modules === undefined || listening === undefined) return {}
  return {
    pieces: {
      runtime: round(runtime - began),
      modules: round(modules - runtime),
      app: round(listening - modules),
      request: round(answered - listening),
    },
  }
}

/** Resolves when a service answers with 200. Node's own client would take its time to start. */
async function getHealth(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(timeout, () => socket.destroy(new Error(`no answer on port ${port}`)))
  socket.write('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')
  const [answer] = (await once(socket.setEncoding('utf8'), 'data')) as [string]
  socket.destroy()
  if (!answer.startsWith('HTTP/1.1 200')) throw new Error(`GET /health was answered with ${answer}`)
}

/** Resident memory, and the share of it that is not divided with other processes (Linux: proc_pid_smaps(5)). */
function readMemory(pid: number) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const read = (name: string) => {
    const [, kib = '0'] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text) ?? []
    return round(Number(kib) / 1024)
  }
  return { rssMiB: read('Rss'), pssMiB: read('Pss') }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
