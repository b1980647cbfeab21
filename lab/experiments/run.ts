import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, extname, join, parse } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { startProgram, type Program } from '../../contracts/process/program.ts'
import { environmentOf, type Runtime } from '../../contracts/process/runtimes.ts'
import type { Experiment, SentRequest } from './experiment.ts'
import type { Outcome, RecordedAnswer } from './record.ts'
import { sendTogether } from './together.ts'

/** An installed example, and how to start it. */
export interface Installed {
  readonly directory: string
  readonly argv: readonly string[]
  readonly runtime: Runtime
}

/** How long a program that should exit without a signal may keep running, in ms. */
const exitLimit = 10_000

/**
 * Runs experiments one after the other, each on the unchanged example. Resolves with their outcomes by ID.
 *
 * @throws Error if an edit no longer fits its file, or a program keeps running that should exit; StartError if a program does
 * not start
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

/** How to start a program in the folder of an example. */
function startArguments(name: string): string[] {
  if (extname(name) !== '.py') return ['node', name]
  const serve = fileURLToPath(new URL('fastapi/serve.py', import.meta.url))
  return ['.venv/bin/python', '-u', serve, parse(name).name]
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
      argv: name ? startArguments(name) : argv,
      directory,
      // Log lines differ from run to run.
      env: { ...environmentOf(runtime), LOG_LEVEL: 'silent', ...env },
    })
    const { answers, order } = together
      ? await requestTogether(service, requests)
      : { answers: await requestInTurn(service, requests), order: undefined }
    const exitCode = ends ? await exitCodeOf(service, id) : undefined
    const printed = await stopAndReadOutput(service)
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

async function requestInTurn(
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

async function requestTogether(
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

/** Resolves with the exit code of a program that exits without a signal. */
async function exitCodeOf(service: Program, id: string): Promise<number> {
  const timer = setTimeout(() => service.signal('SIGKILL'), exitLimit)
  const { code, signal } = await service.exit
  clearTimeout(timer)
  if (code === null)
    throw new Error(
      `lab/experiments, "${id}": the program did not exit and was stopped by ${signal}`,
    )
  return code
}

/** Stops a program and resolves with the lines that it wrote to standard output after its address. */
async function stopAndReadOutput(service: Program): Promise<string[]> {
  service.signal('SIGKILL')
  await service.exit
  const lines = service.stdout().split('\n')
  const address = lines.findIndex((line) => line.includes(service.url.origin))
  return lines.slice(address + 1).filter((line) => line !== '')
}

/** Replaces whatever differs between runs and machines. */
function stable(text: string, directory: string): string {
  return text
    .replaceAll(directory, '/app')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/0\.\d{6,}/g, '"<number>"')
}
