import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The modules of the lean bus that the lab loads. */
interface LeanBus {
  readonly 'broker/start': typeof import('../examples/lean-bus/src/broker/start.ts')
  readonly bus: typeof import('../examples/lean-bus/src/bus.ts')
  readonly 'log/log': typeof import('../examples/lean-bus/src/log/log.ts')
  readonly 'log/files': typeof import('../examples/lean-bus/src/log/files.ts')
  readonly 'protocol/format': typeof import('../examples/lean-bus/src/protocol/format.ts')
  readonly 'protocol/frames': typeof import('../examples/lean-bus/src/protocol/frames.ts')
  readonly 'protocol/records': typeof import('../examples/lean-bus/src/protocol/records.ts')
  readonly 'broker/broker': typeof import('../examples/lean-bus/src/broker/broker.ts')
  readonly 'client/topics': typeof import('../examples/lean-bus/src/client/topics.ts')
}

/** The source folder of the example. */
export const exampleSource = fileURLToPath(new URL('../examples/lean-bus/src', import.meta.url))

/** Loads a module of the lean bus from a source folder: the example's, or a copy that a test has changed. */
export function load<Name extends keyof LeanBus>(
  source: string,
  name: Name,
): Promise<LeanBus[Name]> {
  return import(pathToFileURL(join(source, `${name}.ts`)).href)
}
