import type { HttpRecord } from '../../../../lab/http/record.ts'
import type { StackId } from '../../../../lab/http/stacks.ts'
import { isUndecided, type Ratio } from '../../../../lab/http/statistics.ts'
import {
  compareWithExpress,
  costsOf,
  describeFloors,
  describeUpgrade,
  formatMicros,
  memoryOf,
  type Load,
} from '../../../model/lab/cost.ts'
import { joinWords } from '../../../model/lab/http.ts'
import { choices, nameOf } from '../../../model/lab/stacks.ts'
import { drawDotRows } from '../charts/dot-rows.ts'
import { linearAxis } from '../charts/parts.ts'

/** The sets of stacks that a chart shows, each with the finding that the chart states. */
export const shown = {
  choices: { stacks: choices, say: compareWithExpress },
  floors: {
    stacks: ['express', 'node-zod', 'node', 'axum', 'axum-bare'],
    say: describeFloors,
  },
  upgrade: {
    stacks: ['express-node22', 'express', 'fastify-node22', 'fastify'],
    say: (record) => `${describeUpgrade(record, 'express')} ${describeUpgrade(record, 'fastify')}`,
  },
} as const satisfies Record<
  string,
  { stacks: readonly StackId[]; say: (record: HttpRecord, load: Load) => string }
>

/** Draws the CPU time of a load on each stack, on a logarithmic axis. */
export function drawCosts(record: HttpRecord, load: Load, show: keyof typeof shown): string {
  const { stacks, say } = shown[show]
  const rows = costsOf(record, load, stacks).map(({ stack, rounds, micros, perExpress }) => ({
    name: nameOf(stack),
    figure: [formatMicros(micros.ratio), perExpress && times(perExpress)]
      .filter(Boolean)
      .join(', '),
    rounds,
    low: micros.low,
    high: micros.high,
  }))
  return drawDotRows(say(record, load), rows, (tick) => `${tick} µs`)
}

/** How many requests a stack answers for one on Express: "1.84×". */
const times = (ratio: Ratio) =>
  isUndecided(ratio) ? 'no difference found' : `${ratio.ratio.toFixed(2)}×`

/** Draws the memory of each stack, from idle to loaded, on an axis that begins at 0. */
export function drawMemory(record: HttpRecord): string {
  const rows = choices
    .map((stack) => memoryOf(record, stack))
    .map(({ stack, idle, loaded }) => ({
      name: nameOf(stack),
      figure: `${idle.median} → ${loaded.median} MiB`,
      rounds: [idle.lowest, idle.highest, loaded.lowest, loaded.highest],
      low: idle.median,
      high: loaded.median,
    }))
  const highest = Math.max(...rows.flatMap(({ rounds }) => rounds))
  const list = rows.map(({ name, figure }) => `${name} ${figure}`)
  const finding = `Memory, idle and after validated POSTs: ${joinWords(list)}. Dots are the lowest and the highest round.`
  return drawDotRows(finding, rows, (tick) => `${tick} MiB`, linearAxis(highest))
}
