import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type {
  Experiment,
  ExperimentRecord,
  RecordedAnswer,
} from '../../lab/experiments/experiment.ts'
import { experiments as express } from '../../lab/experiments/express.ts'
import { experiments as fastify } from '../../lab/experiments/fastify.ts'
import { ExampleError, suggestion, type Place } from '../examples/error.ts'

const lists: Record<string, readonly Experiment[]> = { express, fastify }

/** The ids of the examples that there are experiments on. */
export const examplesWithExperiments = Object.keys(lists)

/** All experiments on an example. */
export function experimentsOn(example: string): readonly Experiment[] {
  return lists[example] ?? []
}

/** Where the answers of the experiments on an example are recorded, relative to the repository. */
export function recordPath(example: string): string {
  return `lab/experiments/${example}.json`
}

/** The recorded answers, or undefined where the experiments were never run. */
export function readRecord(example: string, root = process.cwd()): ExperimentRecord | undefined {
  const file = join(root, recordPath(example))
  if (!existsSync(file)) return undefined
  return JSON.parse(readFileSync(file, 'utf8')) as ExperimentRecord
}

/**
 * An experiment with its program and the answers that were recorded of it.
 *
 * @throws ExampleError for an unknown experiment, or one that was never recorded
 */
export function readExperiment(
  example: string,
  id: string,
  at: Place,
): {
  experiment: Experiment
  program: { name: string; text: string } | undefined
  record: ExperimentRecord
  answers: readonly RecordedAnswer[]
} {
  const all = experimentsOn(example)
  const experiment = all.find((candidate) => candidate.id === id)
  if (!experiment) {
    const ids = all.map((candidate) => candidate.id)
    throw new ExampleError(at, `there is no experiment "${id}" on ${example}`, suggestion(id, ids))
  }
  const record = readRecord(example)
  const answers = record?.answers[id]
  if (!record || answers?.length !== experiment.requests.length) {
    throw new ExampleError(
      at,
      `experiment "${id}" on ${example} has no record that fits its requests`,
      'Run "npm run experiments".',
    )
  }
  const program = experiment.program && {
    name: basename(experiment.program),
    text: readFileSync(join('lab/experiments', experiment.program), 'utf8'),
  }
  return { experiment, program: program || undefined, record, answers }
}
