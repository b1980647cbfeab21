/**
 * An open-loop generator: it sends requests at a fixed rate, whether or not earlier ones were answered, as
 * independent clients do. A latency counts from the moment at which the request should have been sent (Gil Tene, "How NOT to
 * measure latency"), so a stall shows up in every request that it delays.
 *
 * Runs as its own process, on its own core: `node open-loop.ts <JSON of OpenLoopOptions>`, and prints an OpenLoopResult.
 */
import { connect, type Socket } from 'node:net'
import { build } from 'hdr-histogram-js'
import { createRandom } from '../random.ts'
import type { ScenarioRequest } from './scenes.ts'

export interface OpenLoopOptions {
  readonly host: string
  readonly port: number
  readonly request: ScenarioRequest
  /** Requests per second. */
  readonly rate: number
  /** s */
  readonly seconds: number
  /** Repeats the same random moments. */
  readonly seed: string
  /** Sends at random moments, as independent clients do, or at equal distances. */
  readonly arrivals: 'random' | 'even'
}

export interface OpenLoopResult {
  readonly offered: number
  /** Responses per second. */
  readonly achieved: number
  /** ms */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  readonly mean: number
  /** Share of requests that were sent more than 5 ms late, from 0 to 1. */
  readonly late: number
  /** Requests without an answer of the expected status. */
  readonly errors: number
}

/** What is sent in this time isn't counted: the generator's own code is compiled meanwhile. In s. */
const warmUp = 1

/** A request counts as sent late from this on, in ms. */
const lateness = 5

/** A request is given up this long after its moment, in ms. */
const patience = 10_000

/** Connections are opened when none is idle, up to this number. */
const maxConnections = 2_000

/** Sends the requests and waits for the answers. @throws Error for a response without Content-Length */
export async function runOpenLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const { rate, seconds, request, host, port, seed, arrivals } = options
  const histogram = build({
    highestTrackableValue: patience * 1000,
    numberOfSignificantValueDigits: 3,
  })
  const bytes = Buffer.from(formatRequest(request, `${host}:${port}`))
  const expected = `HTTP/1.1 ${request.status}`
  const moments =
    arrivals === 'even'
      ? evenMoments(rate, warmUp + seconds)
      : poissonMoments(rate, warmUp + seconds, seed)
  const skipped = moments.filter((moment) => moment < warmUp * 1000).length
  const counted = moments.length - skipped
  const waiting: number[] = []
  const idle: Socket[] = []
  const all = new Set<Socket>()
  /** The moment of the request that a connection waits for. */
  const inFlight = new Map<Socket, number>()
  let [answered, errors, late, sum] = [0, 0, 0, 0]
  const finished = Promise.withResolvers<undefined>()
  let failure: Error | undefined

  const begin = performance.now() + 100
  const countedFrom = begin + warmUp * 1000
  let waitedFor = moments.length

  const settle = (moment: number, ok: boolean) => {
    if (--waitedFor === 0) finished.resolve(undefined)
    if (moment < countedFrom) return
    answered++
    if (!ok) errors++
    const latency = performance.now() - moment
    sum += latency
    histogram.recordValue(Math.min(patience * 1000, Math.max(1, Math.round(latency * 1000))))
  }

  /** A connection with at most one request in flight. */
  const open = () => {
    const socket = connect({ host, port, noDelay: true })
    let head = ''
    all.add(socket)
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      head += text
      const end = bodyEnd(head)
      if (Number.isNaN(end)) {
        failure ??= new Error(`a response has no Content-Length:\n${head}`)
        return finished.resolve(undefined)
      }
      if (end === undefined || head.length < end) return
      const ok = head.startsWith(expected)
      head = ''
      settle(inFlight.get(socket) ?? 0, ok)
      inFlight.delete(socket)
      const next = waiting.shift()
      if (next === undefined) idle.push(socket)
      else send(socket, next)
    })
    const lose = () => {
      if (!all.delete(socket)) return
      const moment = inFlight.get(socket)
      if (moment !== undefined) settle(moment, false)
      const at = idle.indexOf(socket)
      if (at >= 0) idle.splice(at, 1)
    }
    socket.once('error', lose).once('close', lose)
    return socket
  }
  const send = (socket: Socket, moment: number) => {
    inFlight.set(socket, moment)
    socket.write(bytes)
  }

  for (let index = 0; index < moments.length;) {
    const now = performance.now()
    for (; index < moments.length; index++) {
      const moment = begin + (moments[index] ?? 0)
      if (moment > now) break
      if (moment >= countedFrom && now - moment > lateness) late++
      const socket = idle.pop() ?? (all.size < maxConnections ? open() : undefined)
      if (socket) send(socket, moment)
      else waiting.push(moment)
    }
    await nextTurn(begin + (moments[index] ?? 0) - performance.now())
  }
  const timer = setTimeout(finished.resolve, patience, undefined)
  await finished.promise
  clearTimeout(timer)
  const elapsed = (performance.now() - countedFrom) / 1000
  const unanswered = counted - answered
  for (const socket of all) socket.destroy()
  if (failure) throw failure
  const ms = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000
  return {
    offered: counted / seconds,
    achieved: answered / Math.max(seconds, elapsed),
    p50: ms(50),
    p99: ms(99),
    p999: ms(99.9),
    max: ms(100),
    mean: sum / answered,
    late: late / counted,
    errors: errors + unanswered,
  }
}

/** The moments of a Poisson process, in ms from its begin. */
export function poissonMoments(rate: number, seconds: number, seed: string): Float64Array {
  const random = createRandom('open loop', seed, rate)
  const moments: number[] = []
  for (let at = 0; ;) {
    // 2 ** 30 is the largest step of the integers that `between` gives exactly.
    at += (-Math.log((random.between(0, 2 ** 30 - 1) + 1) / 2 ** 30) / rate) * 1000
    if (at >= seconds * 1000) return Float64Array.from(moments)
    moments.push(at)
  }
}

/** Moments at equal distances, in ms from their begin. */
function evenMoments(rate: number, seconds: number): Float64Array {
  return Float64Array.from({ length: rate * seconds }, (_, index) => (index * 1000) / rate)
}

/** Waits for a moment. A timer may be 1 ms late, so the last part passes in turns of the event loop. */
function nextTurn(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds > 2) setTimeout(resolve, milliseconds - 2)
    else setImmediate(resolve)
  })
}

function formatRequest({ method, path, body }: ScenarioRequest, host: string): string {
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${host}`]
  if (body !== undefined) {
    head.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`)
  }
  return `${head.join('\r\n')}\r\n\r\n${body ?? ''}`
}

/** Where the first response ends: undefined while its head is incomplete, NaN without Content-Length. */
function bodyEnd(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head)) ?? []
  return head + 4 + Number(length)
}

if (import.meta.main) {
  const options = JSON.parse(process.argv[2] ?? '') as OpenLoopOptions
  console.log(JSON.stringify(await runOpenLoop(options)))
}
