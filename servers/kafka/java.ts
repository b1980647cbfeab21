import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { said } from './error.ts'

/** Java and the jars that it runs. */
export interface Jvm {
  /** The program `java`, 17 or later. */
  readonly java: string
  readonly classPath: string
}

/** A main class and its arguments. */
export type Command = readonly [main: string, ...args: string[]]

/** Of a JVM that lives for minutes and holds little: the simple collector, the quick compiler, errors only in the log. */
const flags = [
  '-Xms64m',
  '-Xmx192m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
]

/** Starts a program of Kafka in a process group of its own, so that Ctrl-C is left to whoever started it. */
export function spawnJava(
  { java, classPath }: Jvm,
  command: Command,
  signal?: AbortSignal,
): ChildProcessByStdio<Writable, Readable, Readable> {
  return spawn(java, [...flags, '-cp', classPath, ...command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' }),
  })
}

/**
 * Runs a program of Kafka to its end and resolves with what it wrote to stdout.
 *
 * @param input what it is given on stdin
 * @throws Error with all its output when it ends with another code than 0; AbortError after the signal, which kills it
 */
export async function runJava(
  jvm: Jvm,
  command: Command,
  {
    input = '',
    signal,
  }: { readonly input?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const child = spawnJava(jvm, command, signal)
  // It may end before it has read everything, which its exit code tells.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [stdout, stderr, [code, killedBy]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  if (code === 0) return stdout
  throw new Error(`${command.join(' ')} ended with ${code ?? killedBy}. ${said(stdout + stderr)}`)
}
