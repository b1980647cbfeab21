import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenApiDocument } from '../../contracts/http/document.ts'
import { readDocument, findUndocumented } from '../../contracts/http/checks/openapi.ts'
import { create, post, findLeak } from '../../contracts/http/service.ts'
import type { Exchange } from '../../contracts/http/target.ts'
import type { Program } from '../../contracts/process/program.ts'
import { hostileBytes, hostileRequest, nearlyAnOrder, type HostileRequest } from './requests.ts'

/** The seed determines all requests. */
const seed = Number(process.env['SEED'] || Math.trunc(Math.random() * 2 ** 31))

/** Defines tests that send a service what no client should send. */
export function describeHostileInput(start: () => Promise<Program>): void {
  describe('hostile input', () => {
    let program: Program
    let document: OpenApiDocument
    let orderId: string
    const agent = new Agent({ keepAlive: true })

    beforeAll(async () => {
      console.log(`Hostile input: SEED=${seed} repeats these requests.`)
      program = await start()
      document = await readDocument(program.target)
      orderId = (await create(program.target)).id
    })
    afterAll(async () => {
      agent.destroy()
      await program[Symbol.asyncDispose]()
    })

    test('a hostile order is accepted exactly when the documented model allows it', async () => {
      const schema = document.findOperation('POST', '/orders')?.requestSchema
      const validate = document.compile(schema ?? '')
      await check(
        fc.asyncProperty(nearlyAnOrder, async (order) => {
          const answer = await post(program.target, order)
          if (answer.status !== 413) {
            const body = JSON.stringify(order)
            const valid = validate(JSON.parse(body))
            expect(valid ? [201] : getRejections(body), answer.text).toContain(answer.status)
          }
          expectDocumented(answer, document)
        }),
        600,
      )
    })

    test('hostile requests get no 5xx, no HTML, no stack trace and no undocumented answer', async () => {
      await check(
        fc.asyncProperty(hostileRequest, async (hostile) => {
          const path = hostile.path.replace('{id}', orderId)
          expectDocumented(await send(program.url, { ...hostile, path }, agent), document)
        }),
        1_000,
      )
    })

    test('bytes that are not HTTP do not stop the service', async () => {
      await check(
        fc.asyncProperty(hostileBytes, async (bytes) => {
          const text = await exchangeBytes(program.url, bytes)
          expect(findLeak({ type: '', text })).toBeUndefined()
          expect(text).not.toMatch(/^HTTP\/1\.1 5/)
        }),
        100,
      )
    })

    test('the process survives hostile input and accepts orders afterwards', async () => {
      const state = await Promise.race([program.exit, 'running'])
      expect(state, program.output()).toBe('running')
      await create(program.target)
    })
  })
}

function check<T>(property: fc.IAsyncProperty<T>, numRuns: number): Promise<void> {
  return fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 60_000 })
}

/** The statuses for an invalid order. Fastify's parser rejects names that could set a prototype with 400. */
function getRejections(body: string): number[] {
  return /"(__proto__|constructor)":/.test(body) ? [400, 422] : [422]
}

function expectDocumented(answer: Exchange, document: OpenApiDocument): void {
  expect(answer.status, answer.text).toBeLessThan(500)
  if (answer.status >= 400) expect(findLeak(answer), answer.text).toBeUndefined()
  // A 304 answers an HTTP condition, and a 307 leads to the same path without its last slash. Neither is part of the API.
  if (answer.status === 304 || answer.status === 307) return
  expect(findUndocumented(document, answer), `${answer.status} ${answer.text}`).toBeUndefined()
}

/** Sends requests that fetch would change or refuse: any method, `..` in the path, a body with GET. */
async function send(url: URL, hostile: HostileRequest, agent: Agent): Promise<Exchange> {
  const { method, path, body } = hostile
  // Without a length, the body of a GET would be read as the next request.
  const headers = { ...hostile.headers, 'content-length': Buffer.byteLength(body) }
  const { promise, resolve, reject } = Promise.withResolvers<Exchange>()
  const outgoing = request(
    { host: url.hostname, port: url.port, method, path, headers, agent, timeout: 10_000 },
    (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('error', reject)
      response.once('end', () =>
        resolve({
          method,
          path,
          requestType: hostile.headers['content-type'] ?? '',
          requestText: typeof body === 'string' ? body : undefined,
          status: response.statusCode ?? 0,
          type: (response.headers['content-type'] ?? '').replace(/;.*/s, ''),
          headers: new Headers(),
          text,
        }),
      )
    },
  )
  outgoing.once('timeout', () => outgoing.destroy(new Error('no answer within 10 s')))
  outgoing.once('error', (error: NodeJS.ErrnoException) => {
    // A service may close a connection whose body it did not read, while this request is on its way over it.
    const isClosed = error.code === 'EPIPE' || error.code === 'ECONNRESET'
    if (outgoing.reusedSocket && isClosed) resolve(send(url, hostile, agent))
    else reject(error)
  })
  outgoing.end(body)
  return promise
}

/** Writes bytes to a new connection, ends it, and returns the answer. */
async function exchangeBytes(url: URL, bytes: Uint8Array): Promise<string> {
  const socket = connect(Number(url.port), url.hostname)
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => (text += part))
  socket.on('error', () => {
    // The service may reset the connection.
  })
  socket.end(bytes)
  await once(socket, 'close')
  return text
}
