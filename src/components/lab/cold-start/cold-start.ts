import { coldStartRecord, type ColdStartRecord } from '../../../../lab/cold-start/record.ts'
import { sessions, type Line, type Session } from '../../../../lab/cold-start/sessions.ts'
import { PlacedError, suggestion, type Place } from '../../../model/placed-error.ts'

/** The output of a line, and the versions of Node that printed it. */
export interface Output {
  readonly text: string
  readonly runtimes: readonly string[]
}

/**
 * Reads a session with the recorded outputs of each of its lines.
 *
 * @throws PlacedError for an unknown session, or if the record does not fit it
 */
export function readSession(
  id: string,
  at: Place,
): { session: Session; record: ColdStartRecord; outputs: readonly (readonly Output[])[] } {
  const session = sessions.find((candidate) => candidate.id === id)
  if (!session) {
    const ids = sessions.map((candidate) => candidate.id)
    throw new PlacedError(at, `there is no cold-start session "${id}"`, suggestion(id, ids))
  }
  const record = coldStartRecord.read()
  if (!record?.runs.every(({ outputs }) => outputs[id]?.length === session.lines.length)) {
    throw new PlacedError(
      at,
      `the record of cold-start session "${id}" does not fit its lines`,
      'Run "npm run lab -- cold-start --record".',
    )
  }
  const outputs = session.lines.map((_, index) => {
    const byText = Map.groupBy(record.runs, (run) => run.outputs[id]?.[index] ?? '')
    return [...byText].map(([text, runs]) => ({ text, runtimes: runs.map((run) => run.runtime) }))
  })
  return { session, record, outputs }
}

/**
 * Returns the number that a line of a session printed.
 *
 * @throws PlacedError if the versions of Node printed different numbers
 */
export function readCount(id: string, what: NonNullable<Line['counts']>, at: Place): number {
  const { session, outputs } = readSession(id, at)
  const [output, ...others] =
    outputs[session.lines.findIndex(({ counts }) => counts === what)] ?? []
  const number = /\d+$/.exec(output?.text ?? '')?.[0]
  if (number === undefined || others.length > 0) {
    throw new PlacedError(
      at,
      `cold-start session "${id}" has no single count of ${what}`,
      'Run "npm run lab -- cold-start --record" and look at the output of each version of Node.',
    )
  }
  return Number(number)
}
