import { coldStartRecord } from '../../../../lab/cold-start/record.ts'
import { sessions, type Line } from '../../../../lab/cold-start/sessions.ts'
import { findNamed, PlacedError, type Place } from '../../../model/placed-error.ts'

/**
 * Reads a session with the recorded outputs of each of its lines, and the versions of Node that printed each.
 *
 * @throws PlacedError for an unknown session, or if the record does not fit it
 */
export function readSession(id: string, at: Place) {
  const problem = `there is no cold-start session "${id}"`
  const session = findNamed(sessions, (candidate) => candidate.id, id, at, problem)
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
