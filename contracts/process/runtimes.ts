import { spawnSync } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A Node.js that examples are run on. */
export interface Runtime {
  /** With its full version: `Node 22.22.3`. */
  readonly name: string
  /** The program. It is called `node`, so that npm finds it when its folder comes first on PATH. */
  readonly path: string
}

/** A Node.js that examples should be run on as well. */
export interface MissingRuntime {
  readonly name: string
  readonly path: undefined
  /** What to install, as a sentence. */
  readonly missing: string
}

/** The version that StackBlitz runs. Proofs name it, so no other will do. */
const stackBlitzVersion = '22.22.3'

/** What every example in JavaScript is run on: StackBlitz's Node and the one that runs this program. */
export function nodeRuntimes(): readonly [Runtime | MissingRuntime, Runtime] {
  return [stackBlitzNode(), thisNode()]
}

/** The Node that runs this program. */
export function thisNode(): Runtime {
  return { name: `Node ${process.versions.node}`, path: process.execPath }
}

/** Node as StackBlitz has it: the program that `NODE22` names, else the one that npm has installed for this platform. */
function stackBlitzNode(): Runtime | MissingRuntime {
  const packaged = `../../node_modules/node22-${process.platform}-${process.arch}/bin/node`
  const path = process.env['NODE22'] || fileURLToPath(new URL(packaged, import.meta.url))
  const { stdout } = spawnSync('node', ['--version'], {
    env: { PATH: dirname(path) },
    encoding: 'utf8',
  })
  const name = `Node ${stackBlitzVersion}`
  if (stdout?.trim() === `v${stackBlitzVersion}`) return { name, path }
  return {
    name,
    path: undefined,
    missing: `${path} is ${stdout?.trim() || 'not there'}. Install ${name} and set NODE22 to the path of its program "node".`,
  }
}

/** Variables of npm that say where packages come from. The others describe the script that runs now. */
const kept = /^npm_config_(registry|cache|userconfig|.*proxy)$/i

/** Variables that would change what an example does. */
const dropped = /^(npm_|node_(?!extra_ca_certs)|vitest|test$|host$|port$|force_color$)/i

/** The environment in which a reader would run an example: ours, with this Node first on PATH. */
export function environmentOf({ path }: Runtime): NodeJS.ProcessEnv {
  const env = Object.entries(process.env).filter(([name]) => kept.test(name) || !dropped.test(name))
  return {
    ...Object.fromEntries(env),
    PATH: [dirname(path), process.env['PATH']].join(delimiter),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_prefer_offline: 'true',
  }
}
