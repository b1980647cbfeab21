import { findNamed, type Place } from '../placed-error.ts'
import {
  answerColdStart,
  describeBytecode,
  describeClaim,
  describeDropped,
  describeForms,
  listTimingChanges,
  readTimings,
} from './cold-start.ts'
import {
  answerCost,
  compareWithExpress,
  describeBusy,
  describeChoice,
  describeFloors,
  describeLogs,
  describeSavings,
  describeStack,
  describeUpgrade,
} from './cost.ts'
import { listChanges, readHttpRecord } from './http.ts'
import { answerSize } from './size.ts'

/** A sentence that is generated from a record, so that it follows from what was measured. */
export interface Answer {
  readonly id: string
  /** Slug of the page that shows how it was measured. */
  readonly page: string
  /** Reads the record. */
  read(): {
    /** States the result with its uncertainty. */
    readonly sentence: string
    /** The day of the record. */
    readonly date: string
    /** Whether the inputs of the record have changed since. */
    readonly isStale: boolean
  }
}

/** A sentence from the record of the HTTP lab. */
function fromHttp(
  id: string,
  page: string,
  say: (record: ReturnType<typeof readHttpRecord>) => string,
): Answer {
  return {
    id,
    page,
    read() {
      const record = readHttpRecord()
      return { sentence: say(record), date: record.date, isStale: listChanges(record).length > 0 }
    },
  }
}

/** A sentence from the record of start times and sizes. */
function fromTimings(
  id: string,
  page: string,
  say: (record: ReturnType<typeof readTimings>) => string,
): Answer {
  return {
    id,
    page,
    read() {
      const record = readTimings()
      const isStale = listTimingChanges(record).length > 0
      return { sentence: say(record), date: record.date, isStale }
    },
  }
}

/** The answers to the questions of the lab, in the order of its first page. */
export const answers: readonly Answer[] = [
  fromHttp('cost', 'lab/cost', answerCost),
  fromTimings('cold-start', 'lab/cold-start', answerColdStart),
  fromTimings('size', 'lab/size', answerSize),
]

/** Sentences on other pages. */
const sentences: readonly Answer[] = [
  fromHttp('cost-express', 'lab/cost', (record) => describeStack(record, 'express', ['node-zod'])),
  fromHttp('cost-fastify', 'lab/cost', (record) => describeStack(record, 'fastify', ['express'])),
  fromHttp('cost-fastapi', 'lab/cost', (record) =>
    describeStack(record, 'fastapi', ['express', 'fastify']),
  ),
  fromHttp('cost-axum', 'lab/cost', (record) =>
    describeStack(record, 'axum', ['fastify', 'express', 'fastapi']),
  ),
  fromHttp('cost-rejected', 'lab/cost', (record) => compareWithExpress(record, 'rejected')),
  fromHttp('cost-get', 'lab/cost', (record) => compareWithExpress(record, 'get')),
  fromHttp('cost-logged', 'lab/cost', describeLogs),
  fromHttp('cost-floors', 'lab/cost', (record) => describeFloors(record)),
  fromHttp('cost-busy', 'lab/cost', (record) => describeBusy(record, 100)),
  fromHttp('cost-choice', 'lab/cost', describeChoice),
  fromHttp('upgrade-express', 'lab/cost', (record) => describeUpgrade(record, 'express')),
  fromHttp('upgrade-fastify', 'lab/cost', (record) => describeUpgrade(record, 'fastify')),
  fromHttp('savings-axum', 'lab/cost', describeSavings),
  fromTimings('start-forms-express', 'lab/cold-start', (record) =>
    describeForms(record, 'express'),
  ),
  fromTimings('start-forms-fastify', 'lab/cold-start', (record) =>
    describeForms(record, 'fastify'),
  ),
  fromTimings('start-bytecode', 'lab/cold-start', describeBytecode),
  fromTimings('start-dropped', 'lab/cold-start', describeDropped),
  fromTimings('start-claim', 'lab/cold-start', describeClaim),
]

/**
 * Finds an answer or a sentence.
 *
 * @throws PlacedError that suggests the closest id if there is no such sentence
 */
export function findAnswer(id: string, at: Place): Answer {
  const problem = `the lab has no sentence "${id}"`
  return findNamed([...answers, ...sentences], (answer) => answer.id, id, at, problem)
}
