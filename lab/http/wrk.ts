/** wrk (https://github.com/wg/wrk): keeps a number of requests in flight, for the cost of a request at saturation. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

/** What wrk prints at its end, as JSON. wrk counts in µs. */
const report = `
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"duration":%f,"meanLatency":%f,"socketErrors":%d,"errorStatuses":%d}\\n',
    summary.requests, summary.duration / 1e6, latency.mean / 1e3,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end`

/**
 * Sends one request again and again over a number of connections, from one thread on one core.
 *
 * @param seconds how long
 */
export async function runWrk(
  wrk: string,
  url: URL,
  { method, path, body }: ScenarioRequest,
  options: { readonly connections: number; readonly seconds: number; readonly core: number },
): Promise<WrkResult> {
  const folder = mkdtempSync(join(tmpdir(), 'wrk-'))
  try {
    const script = join(folder, 'scene.lua')
    const lines = [`wrk.method = ${JSON.stringify(method)}`]
    if (body !== undefined) {
      lines.push(`wrk.body = ${JSON.stringify(body)}`)
      lines.push('wrk.headers["Content-Type"] = "application/json"')
    }
    writeFileSync(script, [...lines, report].join('\n'))
    const { stdout } = await execa('taskset', [
      ...['-c', String(options.core), wrk, '--threads', '1', '--script', script],
      ...['--connections', String(options.connections), '--duration', `${options.seconds}s`],
      new URL(path, url).href,
    ])
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as WrkResult
  } finally {
    rmSync(folder, { recursive: true })
  }
}
