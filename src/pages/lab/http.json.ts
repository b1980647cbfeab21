import type { APIRoute } from 'astro'
import { readHttpRecord } from '../../model/lab/http.ts'

/** The record of the HTTP lab, with every sample. */
export const GET: APIRoute = () => Response.json(readHttpRecord())
