import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import type { Program } from '../../contracts/process/program.ts'
import type { SentRequest } from './experiment.ts'

/** How long a response may take, in ms. */
const responseLimit = 30_000

/**
 * Sends requests so that a program finds all of them waiting, each on its own connection. The program is stopped before the
 * first is sent and resumes when the operating system has received the last. The order of its responses is then no race.
 *
 * @returns the responses in the order of the requests, and the indexes of the requests in the order of their responses
 */
export async function sendTogether(
  program: Program,
  requests: readonly SentRequest[],
): Promise<{ responses: IncomingMessage[]; order: number[] }> {
  const responses: Promise<IncomingMessage>[] = []
  const order: number[] = []
  program.signal('SIGSTOP')
  try {
    for (const [index, { path, body, method, headers = {} }] of requests.entries()) {
      const signal = AbortSignal.timeout(responseLimit)
      const options = { method, headers, agent: false, signal }
      const sending = request(new URL(path, program.url), options)
      responses.push(
        new Promise((resolve, reject) => {
          sending.once('error', reject)
          sending.once('response', (response) => {
            order.push(index)
            resolve(response)
          })
        }),
      )
      const sent = once(sending, 'finish')
      sending.end(body)
      await sent
    }
  } finally {
    program.signal('SIGCONT')
  }
  return { responses: await Promise.all(responses), order }
}
