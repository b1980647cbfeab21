import type { Scene } from '../../../../lab/http/scenes.ts'
import {
  describeKnee,
  findKnee,
  formatKnee,
  summarizeRates,
  type Latencies,
} from '../../../model/lab/latency.ts'
import { choices, nameOf } from '../../../model/lab/stacks.ts'
import { drawLatencyPanel, frameOf, type LatencyPanel } from '../charts/latency-panel.ts'

/** Draws the latencies of a scene, one chart for each stack, all with the same axes. */
export function drawLatencies(record: Latencies, scene: Scene): string[] {
  const { p99Limit, rates } = record.settings
  const panels = choices.map((stack) => {
    const knee = findKnee(record, { stack, scene })
    const panel: LatencyPanel = {
      name: nameOf(stack),
      figure: formatKnee(knee, rates),
      rates: summarizeRates(record, { stack, scene }).map(({ rate, p50, p99, samples }) => ({
        rate,
        p50: p50.median,
        p99: p99.median,
        rounds: samples.map((sample) => sample.p99),
      })),
      knee: knee.rate,
      isLate: knee.isAtLeast && knee.outcomes.some(({ end }) => end === 'generator'),
    }
    return {
      panel,
      finding: `p99 stays within ${p99Limit} ms for ${nameOf(stack)} ${describeKnee(knee, rates)}.`,
    }
  })
  const frame = frameOf(
    panels.map(({ panel }) => panel),
    Math.max(...rates),
    p99Limit,
  )
  return panels.map(({ panel, finding }) => drawLatencyPanel(finding, panel, frame))
}
