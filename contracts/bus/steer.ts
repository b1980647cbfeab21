import type { Handler } from './port.ts'
import type { MemberEvent, Verdict } from './target.ts'

/** The error of a handler that was told to throw. */
export const thrown = 'thrown as the scene wanted'

/** A handler that reports each record and waits for what to do with it. */
export function steered(report: (event: MemberEvent) => void): Handler {
  return async (record, commit) => {
    const verdict = await new Promise<Verdict>((resolve) => {
      report({ type: 'record', record, verdict: resolve })
    })
    if (verdict === 'throw') throw new Error(thrown)
    if (verdict === 'leave') return
    try {
      await commit()
    } catch (error) {
      report({ type: 'refused', record, error })
      throw error
    }
    report({ type: 'committed', record })
  }
}
