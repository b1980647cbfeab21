import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { execa } from 'execa'
import { describeOutput } from './error.ts'

/** Java and the jars on its class path. */
export interface Jvm {
  /** The program `java`, 17 or later. */
  readonly java: string
  readonly classPath: string
}

/** A main class and its arguments. */
export type Command = readonly [main: string, ...args: string[]]

/** For a small JVM that runs for minutes: serial collector, quick compiler, only errors in the log. */
const flags = [
  '-Xms64m',
  '-Xmx192m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
]

export interface JavaOptions {
  /** Standard input of the program. */
  readonly input?: string
  /** Kills the program when it aborts. */
  readonly signal?: AbortSignal | undefined
}

/** Starts a program of Kafka in its own process group, so that Ctrl-C reaches only our process. */
export function spawnJava(
  { java, classPath }: Jvm,
  command: Command,
): ChildProcessByStdio<Writable, Readable, Readable> {
  return spawn(java, [...flags, '-cp', classPath, ...command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
}

/**
 * Runs a program of Kafka and resolves with its standard output.
 *
 * @throws Error with the output when the program fails; the signal's reason, after it has killed the program
 */
export async function runJava(
  { java, classPath }: Jvm,
  command: Command,
  { input = '', signal }: JavaOptions = {},
): Promise<string> {
  const result = await execa(java, [...flags, '-cp', classPath, ...command], {
    input,
    detached: true,
    killSignal: 'SIGKILL',
    stripFinalNewline: false,
    all: true,
    reject: false,
    ...(signal && { cancelSignal: signal }),
  })
  signal?.throwIfAborted()
  if (!result.failed) return result.stdout
  throw new Error(
    `${command.join(' ')} exited with ${result.exitCode ?? result.signal}. ${describeOutput(result.all)}`,
  )
}
