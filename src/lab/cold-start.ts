import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ColdStartRecord } from '../../lab/cold-start/run.ts'
import { sessions, type Line, type Session } from '../../lab/cold-start/sessions.ts'
import { PlacedError, suggestion, type Place } from '../model/placed-error.ts'

/** Where the runs are recorded, relative to the repository. */
export const recordPath = 'lab/cold-start/record.json'

/** The recorded runs, or undefined where the sessions were never run. */
export function readColdStart(root = process.cwd()): ColdStartRecord | undefined {
  const file = join(root, recordPath)
  if (!existsSync(file)) return undefined
  return JSON.parse(readFileSync(file, 'utf8')) as ColdStartRecord
}

/** What a line printed, on which versions of Node. One entry where all of them agree. */
export interface Output {
  readonly text: string
  readonly runtimes: readonly string[]
}

/**
 * A session with what was recorded of each of its lines.
 *
 * @throws PlacedError for an unknown session, or one whose record does not fit
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
  const record = readColdStart()
  if (!record?.runs.every(({ outputs }) => outputs[id]?.length === session.lines.length)) {
    throw new PlacedError(
      at,
      `cold-start session "${id}" has no record that fits its lines`,
      'Run "npm run experiments".',
    )
  }
  const outputs = session.lines.map((_, index) => {
    const byText = Map.groupBy(record.runs, (run) => run.outputs[id]?.[index] ?? '')
    return [...byText].map(([text, runs]) => ({ text, runtimes: runs.map((run) => run.runtime) }))
  })
  return { session, record, outputs }
}

/**
 * The number that a line of a session printed.
 *
 * @throws PlacedError when the runs do not agree on one
 */
export function counted(id: string, what: NonNullable<Line['counts']>, at: Place): number {
  const { session, outputs } = readSession(id, at)
  const [output, ...others] =
    outputs[session.lines.findIndex(({ counts }) => counts === what)] ?? []
  const number = /\d+$/.exec(output?.text ?? '')?.[0]
  if (number === undefined || others.length > 0) {
    throw new PlacedError(
      at,
      `cold-start session "${id}" has no single count of ${what}`,
      'Run "npm run experiments" and look at what the versions of Node print.',
    )
  }
  return Number(number)
}
