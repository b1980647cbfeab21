import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { startProgram, type Program } from '../../contracts/process/program.ts'
import { environmentOf, type Runtime } from '../../contracts/process/runtimes.ts'
import type { Experiment, Outcome, RecordedAnswer, SentRequest } from './experiment.ts'
import { sendTogether } from './together.ts'

/** An example that lies installed in a folder, how it is started, and on what. */
export interface Installed {
  readonly directory: string
  readonly argv: readonly string[]
  readonly runtime: Runtime
}

/** How long a program that should end by itself may go on, in milliseconds. */
const endLimit = 10_000

/**
 * Runs experiments one after the other, each on the example as it was, and resolves with what they came to, by id.
 *
 * @throws Error when an edit does not fit its file any more, or a program does not end that should; StartError when a program
 * does not start
 */
export async function runExperiments(
  experiments: readonly Experiment[],
  installed: Installed,
): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {}
  for (const experiment of experiments) {
    outcomes[experiment.id] = await runExperiment(experiment, installed)
  }
  return outcomes
}

async function runExperiment(
  { id, edits = [], program, env = {}, requests, together, ends }: Experiment,
  { directory, argv, runtime }: Installed,
): Promise<Outcome> {
  const name = program && basename(program)
  if (name) copyFileSync(new URL(program, import.meta.url), join(directory, name))
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

  try {
    await using service = await startProgram({
      argv: name ? ['node', name] : argv,
      directory,
      env: { ...environmentOf(runtime), ...env },
    })
    const { answers, order } = together
      ? await answersTogether(service, requests)
      : { answers: await answersInTurn(service, requests), order: undefined }
    const exitCode = ends ? await endOf(service, id) : undefined
    const printed = await printedBy(service)
    return {
      answers: answers.map((answer) => ({ ...answer, body: stable(answer.body, directory) })),
      ...(order && { order }),
      ...(printed.length > 0 && { printed: printed.map((line) => stable(line, directory)) }),
      ...(exitCode !== undefined && { exitCode }),
    }
  } finally {
    for (const { path, text } of originals.reverse()) writeFileSync(path, text)
  }
}

async function answersInTurn(
  { target }: Program,
  requests: readonly SentRequest[],
): Promise<RecordedAnswer[]> {
  const answers: RecordedAnswer[] = []
  let created = ''
  for (const { path, method, headers = {}, body = null } of requests) {
    const response = await target.fetch(path.replace('<id>', created), { method, headers, body })
    created = response.headers.get('location')?.split('/').at(-1) ?? created
    answers.push({
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      body: await response.text(),
    })
  }
  return answers
}

async function answersTogether(
  service: Program,
  requests: readonly SentRequest[],
): Promise<{ answers: RecordedAnswer[]; order: number[] }> {
  const { responses, order } = await sendTogether(service, requests)
  const answers = responses.map(async (response) => ({
    status: response.statusCode ?? 0,
    type: response.headers['content-type'] ?? '',
    body: await text(response),
  }))
  return { answers: await Promise.all(answers), order }
}

/** Resolves with the exit code of a program that ends by itself. */
async function endOf(service: Program, id: string): Promise<number> {
  const timer = setTimeout(() => service.signal('SIGKILL'), endLimit)
  const { code, signal } = await service.exit
  clearTimeout(timer)
  if (code === null) throw new Error(`lab/experiments, "${id}": ended by ${signal}, not by itself`)
  return code
}

/** Ends a program and resolves with what it wrote to standard output after its address, by line. */
async function printedBy(service: Program): Promise<string[]> {
  service.signal('SIGKILL')
  await service.exit
  const lines = service.stdout().split('\n')
  const address = lines.findIndex((line) => line.includes(service.url.origin))
  return lines.slice(address + 1).filter((line) => line !== '')
}

/** Text without what differs from run to run and from machine to machine. */
function stable(text: string, directory: string): string {
  return text
    .replaceAll(directory, '/app')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/0\.\d{6,}/g, '"<number>"')
}
