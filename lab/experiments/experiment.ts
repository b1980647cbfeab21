import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram } from '../../contracts/program.ts'

/** A change of one place in a file of the example. `from` stands there exactly once. */
export interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** A request as it is sent. The body is sent as it stands. */
export interface SentRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What came back, with everything that differs from run to run replaced by a word in angle brackets. */
export interface RecordedAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/**
 * A question to a framework that is answered by running it: an example with some lines changed, or a program put beside it, and
 * what it then answers.
 */
export interface Experiment {
  readonly id: string
  readonly edits?: readonly Edit[]
  /** A program beside this file, copied into the example as `program.js` and started in its place. */
  readonly program?: string
  readonly requests: readonly SentRequest[]
}

/**
 * Runs an experiment in a folder that holds an installed example, and puts its files back afterwards.
 *
 * @param argv starts the example
 * @throws Error when an edit does not fit the file any more, or the program does not start
 */
export async function runExperiment(
  experiment: Experiment,
  folder: string,
  argv: readonly string[],
): Promise<RecordedAnswer[]> {
  const originals = new Map<string, string>()
  for (const { file, from, to } of experiment.edits ?? []) {
    const text = readFileSync(join(folder, file), 'utf8')
    if (text.split(from).length !== 2) {
      throw new Error(`Experiment ${experiment.id}: ${file} must hold this exactly once: ${from}`)
    }
    if (!originals.has(file)) originals.set(file, text)
    writeFileSync(
      join(folder, file),
      text.replace(from, () => to),
    )
  }
  if (experiment.program) {
    const source = new URL(experiment.program, import.meta.url)
    writeFileSync(join(folder, 'program.js'), readFileSync(source))
  }

  try {
    const started = experiment.program ? [...argv.slice(0, -1), 'program.js'] : argv
    await using program = await startProgram({ argv: started, directory: folder, env: process.env })
    const answers: RecordedAnswer[] = []
    for (const { path, ...init } of experiment.requests) {
      const response = await program.target.fetch(path, init)
      answers.push({
        status: response.status,
        type: response.headers.get('content-type') ?? '',
        body: stable(await response.text(), folder),
      })
    }
    return answers
  } finally {
    for (const [file, text] of originals) writeFileSync(join(folder, file), text)
  }
}

/** An answer without what differs from run to run and from machine to machine. */
function stable(body: string, folder: string): string {
  return body
    .replaceAll(folder, '/app')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/0\.\d{6,}/g, '"<number>"')
}
