import type { APIRoute } from 'astro'
import { toCsv } from '../../model/lab/csv.ts'
import { readHttpRecord } from '../../model/lab/http.ts'

/** Every sample of the latency experiment: times in ms, rates per second. */
export const GET: APIRoute = () => new Response(toCsv(readHttpRecord().latency))
