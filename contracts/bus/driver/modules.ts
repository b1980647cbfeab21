import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Bus, Handler } from '../port.ts'

/** What every example of a bus exports, by the names of its files: `bus`, `settings` and `dead-letters`. */
export interface Example {
  readonly connect: (where: unknown) => Promise<Bus>
  readonly readSettings: (env: NodeJS.ProcessEnv, brokers?: unknown) => unknown
  /** Only where the addresses of a cluster are told apart from how to speak to it. */
  readonly readBrokers?: (env: NodeJS.ProcessEnv) => unknown
  readonly withDeadLetters: (bus: Bus, handle: Handler) => Handler
}

/**
 * Loads modules of an example from its folder (`src`, or `dist` after a build) or from a folder in it.
 *
 * @returns all that they export
 * @throws Error when one is not there
 */
export async function loadModules(folder: string, names: readonly string[]): Promise<unknown> {
  const files = readdirSync(folder, { encoding: 'utf8', recursive: true }).map((path) => `/${path}`)
  const modules = names.map(async (name): Promise<object> => {
    const file = files.find((path) => path.endsWith(`/${name}.ts`) || path.endsWith(`/${name}.js`))
    if (!file) throw new Error(`${folder} holds no ${name}.ts and no ${name}.js`)
    return import(pathToFileURL(join(folder, file)).href)
  })
  return Object.assign({}, ...(await Promise.all(modules)))
}

/** What a driver needs of an example. */
export async function loadExample(folder: string): Promise<Example> {
  return (await loadModules(folder, ['bus', 'settings', 'dead-letters'])) as Example
}
