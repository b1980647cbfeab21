import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { OpenLoopOptions, OpenLoopResult } from './open-loop.ts'
import { requestOf, type Scene } from './scenes.ts'
import { cores, type Server } from './server.ts'

/** Sends a scene's requests to a service at a fixed rate, from the core of the generator. */
export async function loadAtRate(
  server: Server,
  scene: Scene,
  load: Omit<OpenLoopOptions, 'host' | 'port' | 'request'>,
): Promise<OpenLoopResult> {
  const { hostname, port } = server.url
  const request = requestOf(scene, await server.createOrder())
  const options: OpenLoopOptions = { host: hostname, port: Number(port), request, ...load }
  const { stdout } = await execa('taskset', [
    ...['-c', String(cores.generator), process.execPath],
    ...[fileURLToPath(new URL('open-loop.ts', import.meta.url)), JSON.stringify(options)],
  ])
  return JSON.parse(stdout) as OpenLoopResult
}
