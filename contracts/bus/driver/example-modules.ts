import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Bus, Handler } from '../port.ts'

/** The exports of `bus`, `settings` and `service/dead-letters`, which every bus example has. */
export interface ExampleModules {
  readonly connect: (where: unknown) => Promise<Bus>
  readonly readSettings: (env: NodeJS.ProcessEnv, brokers?: unknown) => unknown
  /** Exists only where the brokers' addresses are read apart from the other settings. */
  readonly readBrokers?: (env: NodeJS.ProcessEnv) => unknown
  readonly withDeadLetters: (bus: Bus, handle: Handler, attempts?: number) => Handler
}

/**
 * Loads modules of an example.
 *
 * @param folder `src`, or `dist` after a build
 * @param names paths below the folder, without an extension
 * @returns all their exports in one object
 * @throws Error when a module is missing
 */
export async function loadModules(folder: string, names: readonly string[]): Promise<unknown> {
  const modules = names.map(async (name): Promise<object> => {
    const path = join(folder, name)
    const file = [`${path}.ts`, `${path}.js`].find((candidate) => existsSync(candidate))
    if (!file) throw new Error(`There is no ${path}.ts and no ${path}.js.`)
    return import(pathToFileURL(file).href)
  })
  return Object.assign({}, ...(await Promise.all(modules)))
}

/** Loads the modules that a driver needs. */
export async function loadExampleModules(folder: string): Promise<ExampleModules> {
  return (await loadModules(folder, ['bus', 'settings', 'service/dead-letters'])) as ExampleModules
}
