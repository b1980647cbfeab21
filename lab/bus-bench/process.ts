import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

type Handlers = { [ask: string]: (argument: number) => unknown }

/** Another process of a measurement, which answers questions. */
export interface Asked extends AsyncDisposable {
  ask<T>(question: string, argument?: number): Promise<T>
}

/**
 * Starts a program of this folder that calls `answer`, and waits until it does. Disposal ends it.
 *
 * @throws Error when it ends before it has answered
 */
export async function start(file: string, args: readonly string[]): Promise<Asked> {
  const child = fork(join(import.meta.dirname, file), args)
  const exit = once(child, 'exit').then(() => {
    throw new Error(`${file} has ended; what it said is above.`)
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

/** Answers the process that has started this one, until that one is gone. */
export function answer(handlers: Handlers): void {
  const send = process.send?.bind(process)
  if (!send) throw new Error('This is a process of `npm run bench`.')
  process.on('message', async ({ question, argument }: { question: string; argument: number }) => {
    const found = await handlers[question]?.(argument)
    // Where the one that asked has gone meanwhile, there is nobody to tell.
    send({ answer: found }, () => undefined)
  })
  process.on('disconnect', () => process.exit())
  send({ answer: 'ready' })
}

/** What this process has used of the processor, in seconds. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
