import type { TimingsRecord } from '../../../../lab/cold-start/timings/record.ts'
import type { StartsShown } from '../../../model/lab/cold-start.ts'
import { answerSize, chartedSizes } from '../../../model/lab/size.ts'
import { drawPieceBars } from '../charts/piece-bars.ts'

/** Draws the median starts with their pieces. The line across a bar is the median start with the service's files dropped from memory. */
export const drawStarts = ({ finding, rows }: StartsShown): string =>
  drawPieceBars(
    finding,
    rows.filter(({ isCharted }) => isCharted),
    (tick) => (tick > 0 ? `${tick} ms` : '0'),
  )

/** Draws what is shipped in MB: the service, and its runtime. */
export const drawSizes = (record: TimingsRecord): string =>
  drawPieceBars(answerSize(record), chartedSizes(record), (tick) => (tick > 0 ? `${tick} MB` : '0'))
