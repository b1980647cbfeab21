/** The services that the lab measures. */
import { cp, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Runtime } from '../../contracts/process/runtimes.ts'

/** A service that can be started. */
export interface Stack {
  /** The example that it is, or is made from. */
  readonly example: { readonly id: string; readonly hash: string }
  readonly directory: string
  readonly argv: readonly string[]
  readonly runtime: Runtime
}

export interface Toolbox {
  /** Installs an example. `node22` selects StackBlitz's version of Node. */
  install(id: string, node22?: boolean): Promise<Stack>
  /** Runs a shell line in a folder. */
  runCommand(command: string, directory: string, runtime: Runtime): Promise<void>
  /** An empty folder, removed at the end. */
  emptyFolder(): Promise<string>
}

/** How Rust is built: `release` as you would deploy it, or `debug`, which compiles faster and runs slower. */
export type Build = 'release' | 'debug'

const floor = (path: string) => fileURLToPath(new URL(`floors/${path}`, import.meta.url))

/** Every stack by its ID, with what prepares it. */
export const stacks = {
  express: ({ install }: Toolbox) => install('express'),
  fastify: ({ install }: Toolbox) => install('fastify'),
  fastapi: ({ install }: Toolbox) => install('fastapi'),
  axum: async (toolbox: Toolbox, build: Build) => {
    const example = await toolbox.install('axum')
    return buildRust(toolbox, example, 'orders-axum', build)
  },
  /** The same files as `express`: it must come out equal. */
  'express-again': ({ install }: Toolbox) => install('express'),
  'express-node22': ({ install }: Toolbox) => install('express', true),
  'fastify-node22': ({ install }: Toolbox) => install('fastify', true),
  node: async ({ install }: Toolbox) => ({
    ...(await install('express')),
    argv: ['node', floor('node.mjs')],
  }),
  'node-zod': async ({ install }: Toolbox) => {
    const example = await install('express')
    await copyFile(floor('node-zod.mjs'), join(example.directory, 'src/node-zod.mjs'))
    return { ...example, argv: ['node', 'src/node-zod.mjs'] }
  },
  'axum-bare': async (toolbox: Toolbox, build: Build) => {
    const example = await toolbox.install('axum')
    const directory = await toolbox.emptyFolder()
    await cp(floor('axum'), directory, { recursive: true })
    return buildRust(toolbox, { ...example, directory }, 'floor-axum', build)
  },
} satisfies Record<string, (toolbox: Toolbox, build: Build) => Promise<Stack>>

export type StackId = keyof typeof stacks

async function buildRust(
  { runCommand }: Toolbox,
  stack: Omit<Stack, 'argv'>,
  program: string,
  build: Build,
): Promise<Stack> {
  const option = build === 'release' ? ' --release' : ''
  await runCommand(`cargo build --locked${option}`, stack.directory, stack.runtime)
  return { ...stack, argv: [`target/${build}/${program}`] }
}
