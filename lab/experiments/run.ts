import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, extname, join, parse } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
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

interface Plan {
  /** Where the program belongs in the folder of an example. */
  readonly path: string
  /** Builds it, if it has to be built. */
  readonly build?: readonly string[]
  readonly argv: readonly string[]
}

/** How to run a program in the folder of an example. */
function planProgram(name: string): Plan {
  const stem = parse(name).name
  switch (extname(name)) {
    case '.py': {
      const serve = fileURLToPath(new URL('fastapi/serve.py', import.meta.url))
      return { path: name, argv: ['.venv/bin/python', '-u', serve, stem] }
    }
    case '.rs':
      return {
        path: `src/bin/${name}`,
        build: ['build', '--locked', '--quiet', '--bin', stem],
        argv: [`target/debug/${stem}`],
      }
    default:
      return { path: name, argv: ['node', name] }
  }
}

async function runExperiment(
  { id, edits = [], program, env = {}, requests, together, ends, ...expected }: Experiment,
  { directory, argv, runtime }: Installed,
): Promise<Outcome> {
  const name = program && basename(program)
  const plan = name ? planProgram(name) : { path: '', argv }
  // Unlike copyFileSync, cpSync creates the folder.
  if (program) cpSync(new URL(program, import.meta.url), join(directory, plan.path))
  const originals = edits.map(({ file, from, to }) => {
    const path = join(directory, file === name ? plan.path : file)
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
    const rejection = plan.build && (await build(plan.build, directory, runtime))
    if (expected.rejected && rejection) {
      return { answers: [], rejection: stable(rejection, directory).split('\n') }
    }
    if (expected.rejected) throw new Error(`lab/experiments, "${id}": the compiler accepts it`)
    if (rejection) throw new Error(`lab/experiments, "${id}": ${rejection}`)
    await using service = await startProgram({
      argv: plan.argv,
      directory,
      // Log lines differ from run to run.
      env: { ...environmentOf(runtime), LOG_LEVEL: 'silent', ...env },
    })
    const { answers, order } = together
      ? await requestTogether(service, requests)
      : { answers: await requestInTurn(service, requests), order: undefined }
    const exitCode = ends ? await exitCodeOf(service, id) : undefined
    const printed = await stopAndReadOutput(service)
    const complaints = stable(service.stderr(), directory).split('\n').filter(Boolean)
    return {
      answers: answers.map((answer) => ({ ...answer, body: stable(answer.body, directory) })),
      ...(order && { order }),
      ...(printed.length > 0 && { printed: printed.map((line) => stable(line, directory)) }),
      ...(expected.complains && { complaints }),
      ...(exitCode !== undefined && { exitCode }),
    }
  } finally {
    for (const { path, text } of originals.reverse()) writeFileSync(path, text)
  }
}

/** Runs Cargo. Resolves with the first error of the compiler, if there is one. */
async function build(
  args: readonly string[],
  directory: string,
  runtime: Runtime,
): Promise<string | undefined> {
  const env = { ...environmentOf(runtime), CARGO_TERM_COLOR: 'never' }
  const options = { cwd: directory, env, extendEnv: false, reject: false } as const
  const { failed, stderr } = await execa('cargo', args, options)
  if (!failed) return undefined
  const error = stderr.split('\n\n').find((block) => /^error[[:]/.test(block)) ?? stderr
  // These name a temporary file.
  return error.replaceAll(
    /^ *= note: (the full name for the type|consider using `--verbose`).*\n/gm,
    '',
  )
}

async function requestInTurn(
  { target }: Program,
  requests: readonly SentRequest[],
): Promise<RecordedAnswer[]> {
  const answers: RecordedAnswer[] = []
  let created = ''
  for (const { path, method, headers = {}, body = null } of requests) {
    const sending = target.fetch(path.replace('<id>', created), { method, headers, body })
    const response = await sending.catch(ignoreClosing)
    if (!response) {
      answers.push({ status: null, type: '', body: '' })
      continue
    }
    created = response.headers.get('location')?.split('/').at(-1) ?? created
    answers.push({
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      body: await response.text(),
    })
  }
  return answers
}

/** Ignores that the program closed the connection of a request. @throws any other error */
function ignoreClosing(error: Error & { cause?: { code?: string } }): undefined {
  if (error.cause?.code !== 'UND_ERR_SOCKET') throw error
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
    .replaceAll(/\S+\/registry\/src\/[^/]+\//g, '')
    .replaceAll(/^(thread '.+') \(\d+\)/gm, '$1')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/0\.\d{6,}/g, '"<number>"')
}
