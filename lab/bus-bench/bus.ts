import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The modules of the lean bus that are measured. */
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

/** Loads a module of the lean bus in a checkout of this repository, which may be an older one than this. */
export function load<Name extends keyof LeanBus>(
  checkout: string,
  name: Name,
): Promise<LeanBus[Name]> {
  const file = join(checkout, 'examples/lean-bus/src', `${name}.ts`)
  return import(pathToFileURL(file).href)
}
