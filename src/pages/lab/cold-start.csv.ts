import type { APIRoute } from 'astro'
import { readTimings } from '../../model/lab/cold-start.ts'
import { toCsv } from '../../model/lab/csv.ts'

/** Every start: times in ms, memory in MiB. A program without a runtime and modules has no pieces. */
export const GET: APIRoute = () => {
  const unknown = { runtime: '', modules: '', app: '', request: '' }
  const rows = readTimings().samples.map(({ pieces = unknown, ...sample }) => ({
    ...sample,
    ...pieces,
  }))
  return new Response(toCsv(rows))
}
