import { spawnSync } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A Node.js that examples run on. */
export interface Runtime {
  /** The name with the full version: `Node 22.22.3`. */
  readonly name: string
  /** The program. It is called `node`, so npm finds it when its folder comes first on PATH. */
  readonly path: string
}

/** A Node.js that examples should run on, but that is not installed. */
export interface MissingRuntime {
  readonly name: string
  readonly path: undefined
  /** A sentence that says what to install. */
  readonly missing: string
}

/** StackBlitz runs this version. Test results name it, so no other version will do. */
const stackBlitzVersion = '22.22.3'

/** The runtimes of every JavaScript example: StackBlitz's Node.js, and the Node.js of this process. */
export function nodeRuntimes(): readonly [Runtime | MissingRuntime, Runtime] {
  return [findStackBlitzNode(), thisNode()]
}

/** The Node.js of this process. */
export function thisNode(): Runtime {
  return { name: `Node ${process.versions.node}`, path: process.execPath }
}

/** Finds StackBlitz's version of Node.js: the program that `NODE22` names, or else the one in node_modules. */
function findStackBlitzNode(): Runtime | MissingRuntime {
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
    missing: `${path} is ${stdout?.trim() || 'missing'}. Install ${name} and set NODE22 to the path of its program "node".`,
  }
}

/** Variables of npm that say where packages come from. All other npm variables describe the script that runs now. */
const kept = /^npm_config_(registry|cache|userconfig|.*proxy)$/i

/** Variables that would change the behavior of an example. */
const dropped = /^(npm_|node_(?!extra_ca_certs)|vitest|test$|host$|port$|log_level$|force_color$)/i

/** The environment in which a reader would run an example: that of this process, with the runtime first on PATH. */
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
