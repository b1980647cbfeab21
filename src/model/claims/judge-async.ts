/** What the HTTP lab says about the article's claims that FastAPI is ahead of Express under concurrent load. */
import type { HttpRecord } from '../../../lab/http/record.ts'
import { isUndecided, type Ratio } from '../../../lab/http/statistics.ts'
import { compareLatencies, compareThroughput, listConnections } from '../lab/async.ts'
import { invertRatio } from '../lab/http.ts'
import { commonRate, findKnee, type Latencies } from '../lab/latency.ts'
import type { Judgment } from './judgments.ts'

/** "FastAPI is well ahead of Express under concurrent, asynchronous load": with the most requests in flight. */
export function judgeConcurrency(record: Pick<HttpRecord, 'cost'>): Judgment {
  const connections = listConnections(record).at(-1) ?? 0
  const lead = compareThroughput(record, 'fastapi', 'express', connections)
  // Where the generator was the limit, the stack that takes less CPU time is ahead.
  const ratio = lead && (lead.throughput ?? invertRatio(lead.cpu))
  const evidence = 'async-lead'
  if (!ratio) {
    return {
      verdicts: ['unsupported'],
      finding: 'Our lab has no figures for it.',
      better: 'We know of no measurement that shows it.',
      evidence,
    }
  }
  if (isUndecided(ratio)) {
    return {
      verdicts: ['unsupported'],
      finding: 'In our lab neither is ahead while most of a request is waiting.',
      better:
        'While most of a request is waiting, FastAPI and Express answer about as many per core.',
      evidence,
    }
  }
  if (ratio.ratio < 1) {
    return {
      verdicts: ['contradicted'],
      finding:
        'In our lab it’s the other way around. Both wait for many requests at once, and then the CPU time around the waiting decides, where Express is ahead.',
      better:
        'Express and FastAPI both wait for many requests at once, and Express answers more of them per core.',
      evidence,
    }
  }
  return {
    verdicts: ['right-with-caveat'],
    finding: 'In our lab FastAPI is ahead on one core while most of a request is waiting.',
    better:
      'On our order service, FastAPI answers more concurrent requests per core than Express while most of a request is waiting.',
    evidence,
  }
}

/** The article's figure: a latency that is 30% lower. */
const claimed = 0.7

/** "FastAPI has about 30% lower latency than Express at peak traffic": at the highest rate that both answer in time, and above. */
export function judgePeak(record: Latencies): Judgment {
  const fastapi = findKnee(record, { stack: 'fastapi', scene: 'quote' })
  const express = findKnee(record, { stack: 'express', scene: 'quote' })
  const peak = commonRate(record, 'quote', ['fastapi', 'express'])
  const ratios = compareLatencies(record, 'fastapi', 'express').find(({ rate }) => rate === peak)
  const evidence = 'async-peak'
  if (!ratios) {
    return {
      verdicts: ['unsupported'],
      finding: 'In our lab there was no rate that both answered in time.',
      better: 'We know of no measurement of FastAPI and Express at peak traffic that shows it.',
      evidence,
    }
  }
  const isLower = (ratio: Ratio) => !isUndecided(ratio) && ratio.ratio < 1
  // A rate that is only a lower bound is not known to be the lower one.
  const endsFirst =
    fastapi.rate !== undefined && !fastapi.isAtLeast && fastapi.rate < (express.rate ?? 0)
  if (!isLower(ratios.p50) && !isLower(ratios.p99)) {
    return {
      verdicts: ['contradicted'],
      finding: endsFirst
        ? 'In our lab FastAPI’s latency isn’t lower at the highest rate that both answer in time, and at higher rates Express is in time and FastAPI isn’t.'
        : 'In our lab FastAPI’s latency isn’t lower at the highest rate that both answer in time.',
      better: endsFirst
        ? 'At peak traffic Express stays in time on one core at rates at which FastAPI no longer does.'
        : 'At the highest rate that one core of both answers in time, FastAPI’s latency isn’t lower than that of Express.',
      evidence,
    }
  }
  if (endsFirst) {
    return {
      verdicts: ['unsupported'],
      finding:
        'In our lab a part of FastAPI’s latencies is lower at the highest rate that both answer in time. At higher rates Express is in time and FastAPI isn’t.',
      better:
        'At peak traffic Express stays in time on one core at rates at which FastAPI no longer does.',
      evidence,
    }
  }
  const isClaimed = [ratios.p50, ratios.p99].some(
    ({ low, high }) => low <= claimed && high >= claimed,
  )
  return {
    verdicts: [isClaimed ? 'right-with-caveat' : 'unsupported'],
    finding: isClaimed
      ? 'In our lab the figure is within the interval for one percentile, at the highest rate that both answer in time.'
      : 'In our lab FastAPI’s latency is lower at the highest rate that both answer in time, by another figure.',
    better:
      'At the highest rate that one core of both answers in time, a part of FastAPI’s latencies is lower than those of Express.',
    evidence,
  }
}
