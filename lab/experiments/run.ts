import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram } from '../../contracts/program.ts'
import { environmentOf, type Runtime } from '../../contracts/runtimes.ts'
import type { Experiment, RecordedAnswer } from './experiment.ts'

/** An example that lies installed in a folder, how it is started, and on what. */
export interface Installed {
  readonly directory: string
  readonly argv: readonly string[]
  readonly runtime: Runtime
}

/**
 * Runs experiments one after the other, each on the example as it was, and resolves with their answers by id.
 *
 * @throws Error when an edit does not fit its file any more; StartError when a program does not start
 */
export async function runExperiments(
  experiments: readonly Experiment[],
  installed: Installed,
): Promise<Record<string, RecordedAnswer[]>> {
  const answers: Record<string, RecordedAnswer[]> = {}
  for (const experiment of experiments) {
    answers[experiment.id] = await runExperiment(experiment, installed)
  }
  return answers
}

async function runExperiment(
  { id, edits = [], program, env = {}, requests }: Experiment,
  { directory, argv, runtime }: Installed,
): Promise<RecordedAnswer[]> {
  const originals = edits.map(({ file, from, to }) => {
    const path = join(directory, file)
    const text = readFileSync(path, 'utf8')
    if (text.split(from).length !== 2) {
      throw new Error(`lab/experiments, "${id}": ${file} must hold exactly once: ${from}`)
    }
    writeFileSync(
      path,
      text.replace(from, () => to),
    )
    return { path, text }
  })
  if (program) copyFileSync(new URL(program, import.meta.url), join(directory, 'program.js'))

  try {
    await using service = await startProgram({
      argv: program ? ['node', 'program.js'] : argv,
      directory,
      env: { ...environmentOf(runtime), ...env },
    })
    const answers: RecordedAnswer[] = []
    for (const { path, ...init } of requests) {
      const response = await service.target.fetch(path, init)
      answers.push({
        status: response.status,
        type: response.headers.get('content-type') ?? '',
        body: stable(await response.text(), directory),
      })
    }
    return answers
  } finally {
    for (const { path, text } of originals.reverse()) writeFileSync(path, text)
  }
}

/** An answer without what differs from run to run and from machine to machine. */
function stable(body: string, directory: string): string {
  return body
    .replaceAll(directory, '/app')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/0\.\d{6,}/g, '"<number>"')
}
