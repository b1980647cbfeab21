import { experiments as axum } from './axum.ts'
import type { Experiment } from './experiment.ts'
import { experiments as express } from './express.ts'
import { experiments as fastapi } from './fastapi.ts'
import { experiments as fastify } from './fastify.ts'

/** All experiments, by the ID of their example. */
export const experiments: Readonly<Record<string, readonly Experiment[]>> = {
  axum,
  express,
  fastapi,
  fastify,
}
