import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The modules of the lean bus that the bench loads. */
export interface LeanBus {
  readonly broker: typeof import('../../examples/lean-bus/src/broker.ts')
  readonly bus: typeof import('../../examples/lean-bus/src/bus.ts')
  readonly files: typeof import('../../examples/lean-bus/src/files.ts')
  readonly format: typeof import('../../examples/lean-bus/src/format.ts')
  readonly frames: typeof import('../../examples/lean-bus/src/frames.ts')
  readonly records: typeof import('../../examples/lean-bus/src/records.ts')
  readonly server: typeof import('../../examples/lean-bus/src/server.ts')
  readonly topics: typeof import('../../examples/lean-bus/src/topics.ts')
}

/** The source folder of the example. */
export const exampleSource = fileURLToPath(new URL('../../examples/lean-bus/src', import.meta.url))

/** Loads a module of the lean bus from a source folder: the example's, or a copy that a test has changed. */
export function load<Name extends keyof LeanBus>(
  source: string,
  name: Name,
): Promise<LeanBus[Name]> {
  return import(pathToFileURL(join(source, `${name}.ts`)).href)
}
