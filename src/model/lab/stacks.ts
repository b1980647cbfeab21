import type { StackId } from '../../../lab/http/stacks.ts'

/** How the site names a stack of the HTTP lab. */
export interface StackWords {
  readonly name: string
  /** What it is, as the rest of a sentence that begins with its name and "is". */
  readonly what: string
}

/** The stacks that readers choose from, in the order of every table and chart. */
export const choices = ['express', 'fastify', 'fastapi', 'axum'] as const satisfies StackId[]
export type Choice = (typeof choices)[number]

/** The programs without a framework that show its share, each with the choice that it's compared with. */
export const floors = [
  { stack: 'node', under: 'express' },
  { stack: 'node-zod', under: 'express' },
  { stack: 'axum-bare', under: 'axum' },
] as const satisfies { stack: StackId; under: Choice }[]

/** Every stack, in the order of every table and chart. */
export const stackWords: Readonly<Record<StackId, StackWords>> = {
  express: { name: 'Express', what: 'the Express example' },
  'express-again': { name: 'Express, again', what: 'the Express example, measured twice' },
  'express-node22': { name: 'Express on Node 22', what: 'the Express example on Node 22' },
  fastify: { name: 'Fastify', what: 'the Fastify example' },
  'fastify-node22': { name: 'Fastify on Node 22', what: 'the Fastify example on Node 22' },
  fastapi: { name: 'FastAPI', what: 'the FastAPI example on one Uvicorn worker' },
  axum: { name: 'axum', what: 'the axum example, a release build' },
  node: { name: 'plain node:http', what: 'a server on node:http that checks nothing' },
  'node-zod': {
    name: 'node:http + Zod',
    what: 'the same server with the checks of the Express example',
  },
  'axum-bare': { name: 'bare axum', what: 'one axum route that checks nothing' },
}

export const nameOf = (stack: StackId): string => stackWords[stack].name
