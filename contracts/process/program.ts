import type { HttpTarget } from '../http/target.ts'
import { startChild } from './child.ts'
import { describeExit, describeOutput, type Exit } from './describe.ts'

/** Longest wait for the answer to a request, in ms. */
const answerTimeout = 10_000

export interface ProgramOptions {
  /** The program and its arguments. No shell runs them. */
  readonly argv: readonly string[]
  readonly directory: string
  /** The complete environment. `PORT` is `0` by default: a free port. */
  readonly env: NodeJS.ProcessEnv
  /** Longest wait for the address, in ms. */
  readonly startTimeout?: number
}

/** A service in its own process. Disposing of it kills it and the processes that it has started. */
export interface Program extends AsyncDisposable {
  /** The address that the program printed: `http://127.0.0.1:40123`. */
  readonly url: URL
  readonly target: HttpTarget
  /** Its process. */
  readonly pid: number
  /** Resolves when the program has ended and its output is complete. */
  readonly exit: Promise<Exit>
  /** Its stdout and stderr so far. */
  output(): string
  stdout(): string
  stderr(): string
  /** Sends a signal only to the program itself, not to the processes that it has started. */
  signal(name: NodeJS.Signals): void
}

/** The program ended, or printed no address in time. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly exit: Exit | undefined

  constructor(message: string, exit?: Exit) {
    super(message)
    this.exit = exit
  }
}

/**
 * Starts a service and waits for the first line of stdout that holds an address: `http://…:port`.
 *
 * @throws StartError with the program's output when it ends or stays silent instead; by then it is killed
 */
export async function startProgram({
  argv,
  directory,
  env,
  startTimeout = 60_000,
}: ProgramOptions): Promise<Program> {
  const { child, stdoutStream, stdout, stderr, output, kill, exit } = startChild(argv, {
    cwd: directory,
    env: { PORT: '0', ...env },
    killDescendants: true,
  })
  const dispose = async () => {
    kill()
    await exit.catch(() => {})
  }
  const failure = Promise.withResolvers<never>()
  const fail = (problem: string, how?: Exit) => {
    const message = `${argv.join(' ')} ${problem}. ${describeOutput(output())}`
    failure.reject(new StartError(message, how))
  }
  exit.then(
    (how) => fail(`printed no address and ended with ${describeExit(how)}`, how),
    ({ message }: Error) => fail(`could not be started: ${message}`),
  )
  const timer = setTimeout(() => {
    fail(`printed no address within ${startTimeout / 1000} s`)
  }, startTimeout)

  const address = new Promise<URL>((resolve) => {
    const findAddress = () => {
      const [found] = /http:\/\/[^\s/]*:\d+(?=.*\n)/.exec(stdout()) ?? []
      if (found === undefined) return
      // The rest of the output is a log, which may be long.
      stdoutStream.off('data', findAddress)
      if (URL.canParse(found)) resolve(new URL(found))
      else fail(`printed ${found}, which is not a URL`)
    }
    stdoutStream.on('data', findAddress)
  })
  try {
    const url = await Promise.race([address, failure.promise])
    return {
      url,
      target: {
        fetch: (path, init) =>
          fetch(url.origin + path, { signal: AbortSignal.timeout(answerTimeout), ...init }),
      },
      // A program that has printed its address was started.
      pid: child.pid ?? 0,
      exit,
      output,
      stdout,
      stderr,
      signal: (name) => void child.kill(name),
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  } finally {
    clearTimeout(timer)
  }
}
