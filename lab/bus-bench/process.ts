import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/**
 * Starts a program of this folder and waits until it calls `answer`. The process answers questions until its disposal ends it.
 *
 * @throws Error if the program exits before it answers
 */
export async function startProcess(file: string, args: readonly string[]) {
  const child = fork(join(import.meta.dirname, file), args)
  const exit = once(child, 'exit').then(() => {
    throw new Error(`${file} has exited. Its error output is above.`)
  })
  exit.catch(() => undefined)
  const receive = async () => {
    const [message] = (await Promise.race([once(child, 'message'), exit])) as [{ answer: unknown }]
    return message.answer
  }
  await receive()
  return {
    async ask<T>(question: string, argument = 0) {
      child.send({ question, argument })
      return (await receive()) as T
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect()
      await exit.catch(() => undefined)
    },
  }
}

/** Answers the questions of the parent process until it disconnects. */
export function answer(handlers: Record<string, (argument: number) => unknown>): void {
  const send = process.send?.bind(process)
  if (!send) throw new Error('Only `npm run lab -- bus-bench` can start this program.')
  process.on('message', async ({ question, argument }: { question: string; argument: number }) => {
    const found = await handlers[question]?.(argument)
    // The parent may have exited in the meantime: ignore that.
    send({ answer: found }, () => undefined)
  })
  process.on('disconnect', () => process.exit())
  send({ answer: 'ready' })
}

/** Prints an error and exits, so that the parent process notices. */
export function exitWith(error: unknown): never {
  console.error(error)
  process.exit(1)
}

/** CPU time of this process. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
