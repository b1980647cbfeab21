import { spawn } from 'node:child_process'
import type { HttpTarget } from '../http/target.ts'
import { describeOutput, type Exit } from './describe.ts'

/** How long a program may take to answer a request, in milliseconds. */
const answerLimit = 10_000

export interface ProgramOptions {
  /** The program and its arguments, run without a shell. */
  readonly argv: readonly string[]
  readonly directory: string
  /** The whole environment. `PORT` is `0` unless it says otherwise: any free port. */
  readonly env: NodeJS.ProcessEnv
  /** How long it may take to print its address, in milliseconds; 60 s where it is left out. */
  readonly startLimit?: number
}

/** A service that runs in a process of its own. Disposing of it kills it and what it started. */
export interface Program extends AsyncDisposable {
  /** What the program printed as its address: `http://127.0.0.1:40123`. */
  readonly url: URL
  readonly target: HttpTarget
  /** Resolves when the program has ended and its output is complete. */
  readonly exit: Promise<Exit>
  /** All it wrote so far, for error messages. */
  output(): string
  /** What it wrote to standard output so far. */
  stdout(): string
  /** Sends a signal to the program itself, not to what it started. */
  signal(name: NodeJS.Signals): void
}

/** The program ended, or kept silent, instead of printing an address. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly exit: Exit | undefined

  constructor(message: string, exit?: Exit) {
    super(message)
    this.exit = exit
  }
}

/** Process groups to be killed should this process end before it has disposed of them. */
const groups = new Set<number>()
process.on('exit', () => {
  for (const group of groups) killGroup(group)
})

/**
 * Starts a service and waits for the first line of its output that holds an address: `http://…:port`.
 *
 * @throws StartError with the program's output when it ends or stays silent instead; it is killed by then
 */
export async function startProgram({
  argv,
  directory,
  env,
  startLimit = 60_000,
}: ProgramOptions): Promise<Program> {
  const [command = '', ...args] = argv
  const child = spawn(command, args, {
    cwd: directory,
    env: { PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const group = child.pid
  if (group !== undefined) groups.add(group)
  let stdout = ''
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))

  const failure = Promise.withResolvers<never>()
  const exit = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
    child.once('error', (error) => {
      failure.reject(new StartError(`${argv.join(' ')} could not be started: ${error.message}`))
      resolve({ code: null, signal: null })
    })
  })
  const dispose = async () => {
    if (group !== undefined) {
      killGroup(group)
      groups.delete(group)
    }
    await exit
  }
  const giveUp = (what: string, how?: Exit) => {
    failure.reject(new StartError(`${argv.join(' ')} ${what}. ${describeOutput(output)}`, how))
  }
  void exit.then((how) => {
    giveUp(`ended with ${how.code ?? how.signal} and printed no address`, how)
  })
  const timer = setTimeout(() => {
    giveUp(`printed no address within ${startLimit / 1000} s`)
  }, startLimit)

  const address = new Promise<URL>((resolve) => {
    child.stdout.on('data', () => {
      const [found] = /http:\/\/[^\s/]+:\d+(?=.*\n)/.exec(stdout) ?? []
      if (found !== undefined) resolve(new URL(found))
    })
  })
  try {
    const url = await Promise.race([address, failure.promise])
    return {
      url,
      target: {
        fetch: (path, init) =>
          fetch(url.origin + path, { signal: AbortSignal.timeout(answerLimit), ...init }),
      },
      exit,
      output: () => output,
      stdout: () => stdout,
      signal: (name) => child.kill(name),
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch (error) {
    // No such group: all of it has ended. macOS answers EPERM to that.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}
