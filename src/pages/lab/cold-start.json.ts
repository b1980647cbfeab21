import type { APIRoute } from 'astro'
import { readTimings } from '../../model/lab/cold-start.ts'

/** The record of start times and sizes, with every sample. */
export const GET: APIRoute = () => Response.json(readTimings())
