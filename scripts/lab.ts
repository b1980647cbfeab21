/**
 * `npm run lab -- <subject> [options]`: measures one subject of the lab. Without a subject it lists them; the options are
 * described in each subject's `main.ts`.
 */
import { join } from 'node:path'
import { closestMatch } from 'leven'
import { defaultRuntime } from '../contracts/process/runtimes.ts'
import { GateError } from '../lab/http/gates.ts'
import { isOptionError, OptionError } from '../lab/options.ts'
import { readExample } from '../src/model/examples/example.ts'
import { install, unpack } from '../src/model/examples/workspace.ts'
import { buildSite } from './build.ts'
import { findChromium, findJava, requirePath } from './find.ts'
import { openColdStartPrograms } from './lab/cold-start.ts'
import { openHttpPrograms } from './lab/http.ts'
import { root } from './program.mjs'
import { listen, siteHandler } from './serve.ts'

interface Subject {
  readonly summary: string
  main(args: string[]): Promise<void>
}

const subjects: Readonly<Record<string, Subject>> = {
  'bus-bench': {
    summary: 'throughput, latency and memory of the lean bus, next to the limits of this machine',
    main: async (args) => (await import('../lab/bus-bench/main.ts')).main(args),
  },
  'cold-start': {
    summary: 'files, bytes and modules of the Express example, and start times of every example',
    async main(args) {
      if (args.includes('--timings')) {
        const { main } = await import('../lab/cold-start/timings/main.ts')
        return await main(args, openColdStartPrograms)
      }
      const { main } = await import('../lab/cold-start/main.ts')
      const { example: id } = await import('../lab/cold-start/sessions.ts')
      const example = readExample(id)
      await main(args, example.hash, () => unpack(example, id))
    },
  },
  crash: {
    summary: 'what the lean bus keeps through kills, power cuts, disk failures and flipped bits',
    main: async (args) => (await import('../lab/crash/main.ts')).main(args),
  },
  experiments: {
    summary: 'small programs and changed examples, with the answers they give',
    main: async (args) => (await import('../lab/experiments/main.ts')).main(args, prepare),
  },
  http: {
    summary: 'CPU time per request and latency at fixed rates of the HTTP examples',
    main: async (args) => (await import('../lab/http/main.ts')).main(args, openHttpPrograms),
  },
  'kafka-cost': {
    summary: 'start time and memory of Kafka with one broker and three, and of the dev broker',
    async main(args) {
      await (await import('../lab/kafka-cost/main.ts')).main(args, requirePath(findJava()))
    },
  },
  'page-weight': {
    summary: 'bytes, requests and layout shift of every page of this site, and their budgets',
    async main(args) {
      const { main } = await import('../lab/page-weight/main.ts')
      const outDir = '.cache/page-weight'
      const dir = join(root, outDir)
      const { origin, close } = await listen(siteHandler({ dir }))
      const build = () => buildSite({ siteUrl: origin, outDir })
      await main(args, requirePath(findChromium()), { origin, dir, build }).finally(close)
    },
  },
  'rust-build': {
    summary: 'time that the axum example takes to build, and the size of its program',
    async main(args) {
      const { main } = await import('../lab/rust-build/main.ts')
      await main(args, async () => {
        const { hash, manifest } = readExample('axum')
        const rust = defaultRuntime(manifest.runtime)
        return { ...(await unpack(readExample('axum'))), hash, argv: manifest.argv, rust }
      })
    },
  },
}

/** Installs an example in a temporary folder. */
async function prepare(id: string) {
  const example = readExample(id)
  const { argv, runtime } = example.manifest
  const { hash } = example
  return { ...(await install(example)), hash, argv, runtime: defaultRuntime(runtime) }
}

/** The text for a missing or unknown subject. */
function listSubjects(name: string | undefined): string {
  const names = Object.keys(subjects)
  const width = Math.max(...names.map(({ length }) => length))
  return [
    name === undefined
      ? 'Name a subject: npm run lab -- <subject> [options]'
      : `There is no lab subject "${name}". Did you mean "${closestMatch(name, names)}"?`,
    ...Object.entries(subjects).map(([id, { summary }]) => `  ${id.padEnd(width)}  ${summary}`),
  ].join('\n')
}

const [name, ...args] = process.argv.slice(2)
const subject = name !== undefined && Object.hasOwn(subjects, name) ? subjects[name] : undefined
try {
  if (!subject) throw new OptionError(listSubjects(name))
  await subject.main(args)
} catch (error) {
  if (!isOptionError(error) && !(error instanceof GateError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
