/** The services whose start is measured, each in a folder that holds what you would deploy. */
import { cp, copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProgram } from '../../../contracts/process/program.ts'
import { environmentOf, type Runtime } from '../../../contracts/process/runtimes.ts'
import { GateError } from '../../http/gates.ts'
import type { Build } from '../../http/stacks.ts'
import { bundle } from './bundle.ts'
import { checkCompileCache } from './gates.ts'
import { markJavaScript, markPython } from './marks.ts'
import type { VariantId } from './record.ts'

/** The files of an example, with nothing installed. */
export interface Subject {
  readonly directory: string
  readonly argv: readonly string[]
  readonly runtime: Runtime
}

export interface Toolbox {
  unpack(id: string): Promise<Subject>
  /** Runs a shell line in a folder. */
  runCommand(command: string, directory: string, runtime: Runtime): Promise<void>
  /** An empty folder, removed at the end. */
  emptyFolder(): Promise<string>
}

/** A service as it would be deployed. */
export interface Deployment {
  /** Holds all that is deployed besides the runtime. */
  readonly directory: string
  readonly argv: readonly string[]
  /** The complete environment. */
  readonly env: NodeJS.ProcessEnv
}

/** Prepares every variant. */
export async function deployAll(
  toolbox: Toolbox,
  build: Build,
): Promise<Record<VariantId, Deployment>> {
  const express = await deployNode(toolbox, 'express', ['swagger-ui-dist'])
  const fastify = await deployNode(toolbox, 'fastify', [
    '@fastify/swagger-ui/static',
    '@fastify/swagger/package.json',
  ])
  const fastapi = await deployPython(toolbox)
  return {
    node: await deployFloor(toolbox, express.source.env),
    'express-source': express.source,
    'express-compiled': express.compiled,
    'express-bundled': express.bundled,
    'express-cached': express.cached,
    'fastify-source': fastify.source,
    'fastify-compiled': fastify.compiled,
    'fastify-bundled': fastify.bundled,
    'fastify-cached': fastify.cached,
    fastapi: fastapi.compiled,
    'fastapi-no-pyc': fastapi.source,
    axum: await deployRust(toolbox, build),
  }
}

const production = (runtime: Runtime): NodeJS.ProcessEnv => ({
  ...environmentOf(runtime),
  PORT: '0',
  NODE_ENV: 'production',
  LOG_LEVEL: 'silent',
})

/** @param data files and folders of packages that the program reads when it runs, which no bundle holds */
async function deployNode(toolbox: Toolbox, id: string, data: readonly string[]) {
  const { directory, runtime } = await toolbox.unpack(id)
  const run = (command: string) => toolbox.runCommand(command, directory, runtime)
  const env = production(runtime)
  await rm(join(directory, 'src/app.test.ts'))
  await edit(join(directory, 'src/main.ts'), markJavaScript)
  await run('npm ci')
  await run('npm run build')
  await run('npm prune --omit=dev')

  const deploy = async (paths: readonly string[], argv: readonly string[], filter = always) => {
    const target = await toolbox.emptyFolder()
    for (const path of paths) {
      await cp(join(directory, path), join(target, path), { recursive: true, filter })
    }
    return { directory: target, argv, env }
  }
  const packages = data.map((path) => join('node_modules', path))
  const bundled = await deploy(packages, ['node', 'main.mjs'], isServed)
  await bundle(directory, join(bundled.directory, 'main.mjs'))
  return {
    source: await deploy(['package.json', 'src', 'node_modules'], ['node', 'src/main.ts']),
    compiled: await deploy(['package.json', 'dist', 'node_modules'], ['node', 'dist/main.js']),
    bundled,
    cached: await fillCompileCache(bundled, await toolbox.emptyFolder()),
  }
}

const always: (path: string) => boolean = () => true

/** Source maps, and Swagger UI's builds for bundlers, are never sent to a browser. */
const isServed = (path: string) => !/\.map$|-es-/.test(basename(path))

/** The bundle with a compile cache. Node writes the cache at a clean exit, so a service that is killed leaves none. */
async function fillCompileCache(bundled: Deployment, directory: string): Promise<Deployment> {
  await cp(bundled.directory, directory, { recursive: true })
  const cached = {
    ...bundled,
    directory,
    env: { ...bundled.env, NODE_COMPILE_CACHE: join(directory, 'cache') },
  }
  await start(cached, {})
  const problem = checkCompileCache(await start(cached, { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }))
  if (problem !== undefined) throw new GateError(problem)
  return cached
}

/** Starts a service, lets it answer once and ends it. Resolves with its output. */
async function start(deployment: Deployment, env: NodeJS.ProcessEnv): Promise<string> {
  await using program = await startProgram({
    ...deployment,
    env: { ...deployment.env, ...env },
  })
  await program.target.fetch('/health', { headers: { connection: 'close' } })
  program.signal('SIGTERM')
  await program.exit
  return program.output()
}

async function deployFloor({ emptyFolder }: Toolbox, env: NodeJS.ProcessEnv) {
  const directory = await emptyFolder()
  const floor = fileURLToPath(new URL('../../http/floors/node.mjs', import.meta.url))
  await copyFile(floor, join(directory, 'main.mjs'))
  await edit(join(directory, 'main.mjs'), markJavaScript)
  return { directory, argv: ['node', 'main.mjs'], env }
}

/** With and without the bytecode of its modules. That of the standard library belongs to the runtime. */
async function deployPython(toolbox: Toolbox) {
  const { directory, argv, runtime } = await toolbox.unpack('fastapi')
  const run = (command: string) => toolbox.runCommand(command, directory, runtime)
  await rm(join(directory, 'test_app.py'))
  await edit(join(directory, 'main.py'), markPython)
  await run('python3 -m venv .venv && .venv/bin/pip install -r requirements.txt')
  await run('.venv/bin/pip uninstall --yes setuptools pip')
  await run('.venv/bin/python -m compileall -q .')
  const env = production(runtime)

  const source = await toolbox.emptyFolder()
  await cp(directory, source, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => basename(path) !== '__pycache__',
  })
  return {
    compiled: { directory, argv, env },
    source: { directory: source, argv, env: { ...env, PYTHONDONTWRITEBYTECODE: '1' } },
  }
}

async function deployRust({ unpack, runCommand, emptyFolder }: Toolbox, build: Build) {
  const { directory, runtime } = await unpack('axum')
  const option = build === 'release' ? ' --release' : ''
  await runCommand(`cargo build --locked${option}`, directory, runtime)
  const target = await emptyFolder()
  await copyFile(join(directory, `target/${build}/orders-axum`), join(target, 'orders-axum'))
  return { directory: target, argv: ['./orders-axum'], env: production(runtime) }
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')))
}
