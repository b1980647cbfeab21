/**
 * Lines that a service writes to stderr when it starts: `mark <name> <ms of CLOCK_MONOTONIC>`. Node's `hrtime`, Python's
 * `monotonic` and the lab read the same clock.
 */

/** The moments that a service can report. `runtime`: its own code begins. `modules`: all modules are loaded. `listening`. */
export const markNames = ['runtime', 'modules', 'listening'] as const

export type Marks = Partial<Record<(typeof markNames)[number], number>>

/** Imports run before the code of a module, wherever they are in it. */
const javaScript = `import { writeSync as writeMark } from 'node:fs'
import { performance as clock } from 'node:perf_hooks'
{
  const now = Number(process.hrtime.bigint()) / 1e6
  const bootstrapped = now - clock.now() + clock.nodeTiming.bootstrapComplete
  writeMark(2, \`mark runtime \${bootstrapped}\\nmark modules \${now}\\n\`)
}
`

/** Makes the main module of a Node service report the end of Node's bootstrap and of its imports. */
export const markJavaScript = (text: string): string => javaScript + text

const pythonStart = `import os, time
def write_mark(name): os.write(2, f"mark {name} {time.monotonic() * 1000}\\n".encode())
write_mark("runtime")
`

/** The address is printed before uvicorn loads the parts that its configuration names, so only uvicorn knows when it is ready. */
const pythonImported = `
write_mark("modules")
def mark_startup(startup):
    async def marked(*args, **options):
        await startup(*args, **options)
        write_mark("listening")
    return marked
uvicorn.Server.startup = mark_startup(uvicorn.Server.startup)
`

/** Makes `main.py` report its first line, the end of its imports and the moment when uvicorn is ready. */
export function markPython(text: string): string {
  const [last] = text.match(/^(?:import|from) .*$/gm)?.slice(-1) ?? []
  if (last === undefined) throw new Error('main.py has no imports')
  return pythonStart + text.replace(last, () => last + pythonImported)
}

/** Reads the marks in the stderr of a service. */
export function readMarks(stderr: string): Marks {
  const lines = stderr.matchAll(/^mark (runtime|modules|listening) ([\d.]+)$/gm)
  return Object.fromEntries(Array.from(lines, ([, name, time]) => [name, Number(time)]))
}
