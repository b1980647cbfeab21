import type { APIRoute } from 'astro'
import { toCsv } from '../../model/lab/csv.ts'
import { readHttpRecord } from '../../model/lab/http.ts'

/** Every sample of the cost experiment: times in ms, memory in MiB, the duration in s. */
export const GET: APIRoute = () => new Response(toCsv(readHttpRecord().cost))
