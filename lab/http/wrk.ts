/** wrk (https://github.com/wg/wrk): keeps a number of requests in flight, for the cost of a request at saturation. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import type { ScenarioRequest } from './scenes.ts'

export interface WrkResult {
  readonly requests: number
  /** s */
  readonly duration: number
  /** ms */
  readonly meanLatency: number
  /** Connections that failed or timed out. */
  readonly socketErrors: number
  /** Answers with a status of 400 or more. */
  readonly errorStatuses: number
}

/**
 * What wrk prints at its end, as JSON. wrk counts in µs, and adds invented samples for those that a stall delayed
 * (`stats_correct` in its stats.c). They would contradict Little's law, so the script takes them out again, from the slowest
 * down: what is left has as many samples as there were requests.
 */
const report = (connections: number) => `
done = function(summary, latency)
  local counts, longest = {}, 0
  for index = 1, #latency do
    local value, count = latency(index)
    counts[value] = count
    longest = math.max(longest, value)
  end
  local expected = math.floor(summary.duration / math.floor(summary.requests / ${connections}))
  for value = longest, expected * 2, -1 do
    local count = counts[value] or 0
    if count > 0 then
      for earlier = value - expected, expected + 1, -expected do
        counts[earlier] = counts[earlier] - count
      end
    end
  end
  local samples, sum = 0, 0
  for value, count in pairs(counts) do
    samples = samples + count
    sum = sum + value * count
  end
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"duration":%f,"meanLatency":%f,"socketErrors":%d,"errorStatuses":%d}\\n',
    summary.requests, summary.duration / 1e6, sum / samples / 1e3,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end`

/** Node accepts this many new connections at once (backlog 511); the others would come a second later. */
const mostAtOnce = 500

/**
 * A busy Node accepts one connection per turn of its event loop, which would take hundreds of turns, so many connections are
 * opened before the first request is sent, this many s after the start.
 */
const connectSeconds = 1

/** Delays the first request of each connection. */
const delayFirst = (connections: number) => `
local calls = 0
delay = function()
  calls = calls + 1
  return calls > ${connections} and 0 or ${connectSeconds * 1000}
end`

/** From this number on connections are opened first. The delay costs the generator time at each request. */
const many = 200

interface WrkOptions {
  readonly connections: number
  /** s */
  readonly seconds: number
  readonly core: number
}

/** Sends one request again and again over a number of connections, from one core. */
export async function runWrk(
  wrk: string,
  url: URL,
  request: ScenarioRequest,
  options: WrkOptions,
): Promise<WrkResult> {
  const processes = Math.ceil(options.connections / mostAtOnce)
  const connections = options.connections / processes
  const results = await Promise.all(
    Array.from({ length: processes }, async (_, index) => {
      await sleep(100 * index)
      return runProcess(wrk, url, request, { ...options, connections })
    }),
  )
  const sum = (read: (result: WrkResult) => number) =>
    results.reduce((total, result) => total + read(result), 0)
  const requests = sum((result) => result.requests)
  return {
    requests,
    duration: sum(({ duration }) => duration) / processes,
    meanLatency: sum((result) => result.meanLatency * result.requests) / requests,
    socketErrors: sum(({ socketErrors }) => socketErrors),
    errorStatuses: sum(({ errorStatuses }) => errorStatuses),
  }
}

async function runProcess(
  wrk: string,
  url: URL,
  { method, path, body }: ScenarioRequest,
  { connections, seconds, core }: WrkOptions,
): Promise<WrkResult> {
  const folder = mkdtempSync(join(tmpdir(), 'wrk-'))
  try {
    const script = join(folder, 'scene.lua')
    const lines = [`wrk.method = ${JSON.stringify(method)}`]
    if (body !== undefined) {
      lines.push(`wrk.body = ${JSON.stringify(body)}`)
      lines.push('wrk.headers["Content-Type"] = "application/json"')
    }
    const isDelayed = connections >= many
    if (isDelayed) lines.push(delayFirst(connections))
    writeFileSync(script, [...lines, report(connections)].join('\n'))
    const lead = isDelayed ? connectSeconds : 0
    const { stdout } = await execa('taskset', [
      ...['-c', String(core), wrk, '--threads', '1', '--script', script],
      ...['--connections', String(connections), '--duration', `${seconds + lead}s`],
      new URL(path, url).href,
    ])
    const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as WrkResult
    return { ...result, duration: result.duration - lead }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
