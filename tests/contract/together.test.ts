import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { startProgram, type Program } from '../../contracts/process/program.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import type { SentRequest } from '../../lab/experiments/experiment.ts'
import { sendTogether } from '../../lab/experiments/together.ts'

/** Starts a server. `body` is the body of its handler, a function of `request` and `response`. */
function start(body: string): Promise<Program> {
  const directory = mkdtempSync(join(tmpdir(), 'together-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(
    join(directory, 'main.mjs'),
    `import { createServer } from 'node:http'
    const waiting = []
    const server = createServer((request, response) => { ${body} })
    server.listen(process.env.PORT, '127.0.0.1', () => {
      console.log('http://127.0.0.1:' + server.address().port)
    })`,
  )
  return startProgram({ argv: ['node', 'main.mjs'], directory, env: environmentOf(thisNode()) })
}

const three = ['/a', '/b', '/c'].map((path): SentRequest => ({ method: 'GET', path }))

test('sendTogether returns responses in the order of the requests, and the order of the answers', async () => {
  await using program = await start(`
    waiting.push(() => response.end(request.url))
    if (waiting.length < 3) return
    const answer = () => { waiting.pop()?.(); setTimeout(answer, 20) }
    answer()`)
  const { responses, order } = await sendTogether(program, three)
  expect(await Promise.all(responses.map((response) => text(response)))).toEqual(['/a', '/b', '/c'])
  expect(order).toEqual([2, 1, 0])
})

test('all requests sent together wait in order when the program reads the first', async () => {
  // A turn of the event loop is much shorter than sending a request, and reads one that waits.
  await using program = await start(`
    waiting.push(request.url)
    let turns = 0
    const turn = () => (turns++ < 200 ? setImmediate(turn) : response.end(waiting.join()))
    turn()`)
  const paths = Array.from({ length: 50 }, (_, index) => `/${index}`)
  const requests = paths.map((path) => ({ method: 'GET', path }))
  const { responses } = await sendTogether(program, requests)
  const [first] = await Promise.all(responses.map((response) => text(response)))
  expect(first).toBe(paths.join())
})

test('sendTogether sends method, headers and body', async () => {
  await using program = await start(`
    response.setHeader('content-type', request.headers['content-type'])
    response.statusCode = request.method === 'POST' ? 201 : 400
    request.pipe(response)`)
  const post = { method: 'POST', path: '/', headers: { 'content-type': 'text/csv' }, body: 'a,b' }
  const { responses } = await sendTogether(program, [post])
  const [response] = responses
  expect(response?.statusCode).toBe(201)
  expect(response?.headers['content-type']).toBe('text/csv')
  expect(response && (await text(response))).toBe('a,b')
})

test('sendTogether rejects when the program drops a request', async () => {
  await using program = await start('request.socket.destroy()')
  await expect(sendTogether(program, three)).rejects.toThrow('socket hang up')
})
