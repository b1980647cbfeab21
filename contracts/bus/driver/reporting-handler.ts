import type { Handler } from '../port.ts'
import type { MemberEvent, Reply } from '../target.ts'

/** The message of the error that a handler throws on the reply `throw`. */
export const thrownMessage = 'thrown because the scene asked for it'

/** Creates a handler that reports each record and waits for the scene's reply. */
export function createReportingHandler(report: (event: MemberEvent) => void): Handler {
  return async (record, commit) => {
    const reply = await new Promise<Reply>((resolve) => {
      report({ type: 'record', record, reply: resolve })
    })
    if (reply === 'throw') throw new Error(thrownMessage)
    try {
      await commit()
    } catch (error) {
      report({ type: 'rejected', record, error })
      throw error
    }
    report({ type: 'committed', record })
  }
}
