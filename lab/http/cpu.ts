/** CPU time from the kernel's accounting (Linux: proc(5), and Documentation/scheduler/sched-stats.rst). */
import { readdirSync, readFileSync } from 'node:fs'

/** CPU time of all threads of a process, in ms. */
export function processTime(pid: number): number {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [onCpu = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
    nanoseconds += Number(onCpu)
  }
  return nanoseconds / 1e6
}

/** Time since the start of the machine of one core, in ms. */
export interface CoreTime {
  readonly busy: number
  readonly steal: number
}

/** The kernel counts in ticks of 10 ms (USER_HZ is 100 on every common architecture). */
const tick = 10

/** Reads the times of a core. */
export function coreTime(core: number): CoreTime {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))?.[1]
  if (line === undefined) throw new Error(`this machine has no core ${core}`)
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = line
    .split(' ')
    .map(Number)
  return { busy: (user + nice + system + irq + softIrq) * tick, steal: steal * tick }
}

/** Resident memory of a process in MiB. */
export function residentMiB(pid: number): number {
  const [, kib = '0'] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kib) / 1024)
}
