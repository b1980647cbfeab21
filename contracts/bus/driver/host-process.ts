import { forkProgram, type DriverOptions } from './driver-process.ts'
import type { HostOrder, HostWord, Question } from './host-messages.ts'
import { fromSent, type Word } from './messages.ts'
import { said } from '../../process/program.ts'
import { driverOf, type Driver } from './remote.ts'

/** A process with the broker of an example in it, and with drivers in workers. */
export interface Host {
  ask(question: Question): Promise<unknown>
  /** Starts a driver in a worker: it is killed by termination, and frozen by `Atomics.wait` in its thread. */
  startDriver(): Driver
  /** Ends all of it, and resolves when it is gone. */
  kill(): Promise<void>
}

interface HostedWorker {
  listener(word: Word): void
  readonly gone: PromiseWithResolvers<string>
}

/** Starts a host. Its broker has to be opened by the first question. */
export function startHost(options: DriverOptions): Host {
  const { child, tell, kill, gone } = forkProgram('host.ts', options)
  const order = (order: HostOrder) => tell(order)
  const answers = new Map<number, PromiseWithResolvers<unknown>>()
  const workers = new Map<number, HostedWorker>()
  let ids = 0
  child.on('message', (word: HostWord) => {
    switch (word.type) {
      case 'answer':
        return answers.get(word.id)?.resolve(word.value)
      case 'refusal':
        return answers.get(word.id)?.reject(fromSent(word.error))
      case 'word':
        return workers.get(word.worker)?.listener(word.word)
      case 'gone':
        return workers.get(word.worker)?.gone.resolve(word.message)
    }
  })
  void gone.then((output) => {
    const lost = new Error(`the host of the workers has ended. ${said(output)}`)
    for (const { reject } of answers.values()) reject(lost)
    for (const worker of workers.values()) worker.gone.resolve(output)
  })

  return {
    ask(question) {
      const id = ids++
      const answer = Promise.withResolvers<unknown>()
      answers.set(id, answer)
      order({ type: 'question', id, question })
      return answer.promise
    },
    startDriver() {
      const worker = ids++
      const hosted: HostedWorker = { listener: () => {}, gone: Promise.withResolvers() }
      workers.set(worker, hosted)
      order({ type: 'start', worker })
      return driverOf({
        tell: (told) => order({ type: 'order', worker, order: told }),
        onWord: (listener) => (hosted.listener = listener),
        freeze: () => order({ type: 'freeze', worker }),
        wake: () => order({ type: 'wake', worker }),
        kill: () => order({ type: 'end', worker }),
        gone: hosted.gone.promise,
      })
    },
    async kill() {
      kill()
      await gone
    },
  }
}
