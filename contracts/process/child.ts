import { execa } from 'execa'
import type { Exit } from './describe.ts'

export interface ChildOptions {
  readonly cwd?: string
  /** The complete environment. */
  readonly env: NodeJS.ProcessEnv
  /** Opens a channel for messages. The child has to be a Node.js program. */
  readonly ipc?: boolean
  /** Whether `kill` also ends the processes that the child has started. */
  readonly killDescendants?: boolean
}

/** Starts a program without a shell. It is killed when this process ends first. */
export function startChild([file = '', ...args]: readonly string[], options: ChildOptions) {
  const subprocess = execa(file, args, {
    ...options,
    extendEnv: false,
    stdin: 'ignore',
    buffer: false,
    reject: false,
    killSignal: 'SIGKILL',
  })
  let [stdout, stderr, output] = ['', '', '']
  subprocess.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    output += text
  })
  subprocess.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    output += text
  })
  const waitForExit = async (): Promise<Exit> => {
    const { exitCode, signal, originalMessage } = await subprocess
    if (subprocess.pid === undefined) throw new Error(originalMessage)
    return { code: exitCode ?? null, signal: signal ?? null }
  }
  return {
    child: subprocess.nodeChildProcess,
    stdoutStream: subprocess.stdout,
    stdout: () => stdout,
    stderr: () => stderr,
    output: () => output,
    /** Sends SIGKILL. */
    kill: () => void subprocess.kill(),
    /** Resolves when the output is complete. Rejects when the program could not be started. */
    exit: waitForExit(),
  }
}
