import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Experiment, ExperimentRecord, Outcome } from '../../lab/experiments/experiment.ts'
import { experiments as express } from '../../lab/experiments/express.ts'
import { experiments as fastify } from '../../lab/experiments/fastify.ts'
import { PlacedError, suggestion, type Place } from '../model/placed-error.ts'

const lists: Record<string, readonly Experiment[]> = { express, fastify }

/** The ids of the examples that there are experiments on. */
export const examplesWithExperiments = Object.keys(lists)

/** All experiments on an example. */
export function experimentsOn(example: string): readonly Experiment[] {
  return lists[example] ?? []
}

/** Where the outcomes of the experiments on an example are recorded, relative to the repository. */
export function recordPath(example: string): string {
  return `lab/experiments/${example}.json`
}

/** The recorded outcomes, or undefined where the experiments were never run. */
export function readRecord(example: string, root = process.cwd()): ExperimentRecord | undefined {
  const file = join(root, recordPath(example))
  if (!existsSync(file)) return undefined
  return JSON.parse(readFileSync(file, 'utf8')) as ExperimentRecord
}

/**
 * An experiment with its program and what it came to when it was recorded.
 *
 * @throws PlacedError for an unknown experiment, or one that was never recorded
 */
export function readExperiment(
  example: string,
  id: string,
  at: Place,
): {
  experiment: Experiment
  program: { name: string; text: string } | undefined
  record: ExperimentRecord
  outcome: Outcome
} {
  const all = experimentsOn(example)
  const experiment = all.find((candidate) => candidate.id === id)
  if (!experiment) {
    const ids = all.map((candidate) => candidate.id)
    throw new PlacedError(at, `there is no experiment "${id}" on ${example}`, suggestion(id, ids))
  }
  const record = readRecord(example)
  const outcome = record?.outcomes[id]
  if (!record || outcome?.answers.length !== experiment.requests.length) {
    throw new PlacedError(
      at,
      `experiment "${id}" on ${example} has no record that fits its requests`,
      'Run "npm run experiments".',
    )
  }
  const program = experiment.program && {
    name: basename(experiment.program),
    text: readFileSync(join('lab/experiments', experiment.program), 'utf8'),
  }
  return { experiment, program: program || undefined, record, outcome }
}
