import { cpus, release, type } from 'node:os'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { quickChecks, record } from '../../../contracts/http/index.ts'
import { startProgram } from '../../../contracts/process/program.ts'
import { runChecks } from '../../../contracts/run.ts'
import { GateError } from '../../http/gates.ts'
import { cores } from '../../http/server.ts'
import type { Build } from '../../http/stacks.ts'
import { OptionError } from '../../options.ts'
import { createProgress } from '../../progress.ts'
import { readCommit, thisMachine } from '../../record.ts'
import type { PageCacheTools } from './page-cache.ts'
import {
  inputHash,
  inputs,
  pageStates,
  summarizeStarts,
  timingsRecord,
  variantIds,
  type Deployed,
  type Sample,
  type TimingsRecord,
  type VariantId,
} from './record.ts'
import { takeRounds } from './run.ts'
import { deployAll, type Deployment, type Toolbox } from './variants.ts'
import { weigh, weighRuntimes } from './weigh.ts'

const full: TimingsRecord['settings'] = { rounds: 15 }

/** Runs everything once and shows that it works, also on a busy machine. Its figures say nothing. */
const quick: TimingsRecord['settings'] = { rounds: 1 }

/** What the measurement needs. Disposing removes the folders. */
export interface Programs extends Toolbox, PageCacheTools, AsyncDisposable {
  readonly versions: Omit<TimingsRecord['versions'], 'node'>
  /** The hash of an example's published form, and the number of packages in its lockfile. */
  readonly examples: Readonly<Record<string, { readonly hash: string; readonly packages: number }>>
}

/**
 * `npm run lab -- cold-start --timings`: the time from spawning each service to its first answer, what it is made of, and what is
 * deployed. Needs Linux and two idle cores; Python, Rust and util-linux.
 *
 *   npm run lab -- cold-start --timings             everything: about 8 minutes
 *   npm run lab -- cold-start --timings --quick     every variant once, with a debug build of Rust: a minute, and the installation
 *   npm run lab -- cold-start --timings --record    also writes lab/cold-start/timings.json, if every gate passes
 */
export async function main(args: string[], openPrograms: () => Programs): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      timings: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
    },
  })
  if (values.record && values.quick) {
    throw new OptionError('--record needs a full run: leave out --quick')
  }
  if (process.platform !== 'linux' || cpus().length < 2) {
    throw new OptionError('Starts are measured with the accounting of Linux, and on two cores.')
  }
  await using programs = openPrograms()
  const commit = values.record ? readCommit(inputs) : ''
  const hash = inputHash()
  const settings = values.quick ? quick : full
  const build: Build = values.quick ? 'debug' : 'release'

  console.log('Preparing every variant')
  const deployments = await deployAll(programs, build)
  const contract: TimingsRecord['contract'] = {}
  for (const variant of variantIds) {
    if (variant !== 'node') contract[variant] = await checkContract(variant, deployments[variant])
  }
  const deployed = await measureSizes(deployments, programs)
  const runtimes = await weighRuntimes(programs.python)
  // Other threads of this process would run on the core of the services.
  await execa('taskset', ['--all-tasks', '-cp', String(cores.generator), String(process.pid)])

  const progress = createProgress()
  const { samples, repeated } = await takeRounds(programs, deployments, {
    ...settings,
    isStrict: !values.quick,
    onStart: (done, name) =>
      progress.show(done, settings.rounds * variantIds.length * pageStates.length, name),
    onRepeat(reason) {
      progress.clear()
      console.log(reason)
    },
  })
  progress.clear()
  printStarts(samples, deployed)
  console.log(`Samples that failed a gate: ${repeated}`)
  if (!values.record) return

  const { machine, versions } = thisMachine()
  timingsRecord.write({
    schema: 1,
    command: 'npm run lab -- cold-start --timings --record',
    commit,
    hash,
    examples: Object.fromEntries(
      Object.entries(programs.examples).map(([id, example]) => [id, example.hash]),
    ),
    machine: { ...machine, system: `${type()} ${release()}` },
    versions: { ...versions, ...programs.versions },
    build,
    contract,
    settings,
    repeated,
    deployed,
    runtimes,
    samples,
  })
}

/** @throws GateError if a check fails for the files that are measured */
async function checkContract(variant: VariantId, deployment: Deployment) {
  await using program = await startProgram(deployment)
  const results = await runChecks(quickChecks, record(program.target))
  const failed = results.find(({ passed }) => !passed)
  if (failed) {
    throw new GateError(`"${failed.name}" of the contract fails for ${variant}: ${failed.error}`)
  }
  return { passed: results.length, total: results.length }
}

/** The files in each folder after the contract was run, and the packages of its lockfile. */
async function measureSizes(
  deployments: Readonly<Record<VariantId, Deployment>>,
  { examples }: Programs,
): Promise<Record<VariantId, Deployed>> {
  const sizes = await Promise.all(
    variantIds.map(async (variant) => {
      const [example = ''] = variant.split('-')
      const packages = examples[example]?.packages ?? 0
      return [variant, { ...(await weigh(deployments[variant].directory)), packages }] as const
    }),
  )
  return Object.fromEntries(sizes) as Record<VariantId, Deployed>
}

function printStarts(
  samples: readonly Sample[],
  deployed: Readonly<Record<VariantId, Deployed>>,
): void {
  console.log(
    '\nms from spawning to the first answer (lowest–highest): files in memory, and dropped',
  )
  for (const variant of variantIds) {
    const times = pageStates.map((pages) => {
      const { median, lowest, highest } = summarizeStarts(samples, variant, pages)
      return `${median.toFixed(0)} (${lowest.toFixed(0)}–${highest.toFixed(0)})`.padEnd(20)
    })
    const { middle } = summarizeStarts(samples, variant, 'cached')
    const pieces = Object.entries(middle?.pieces ?? {}).map(([name, ms]) => `${name} ${ms}`)
    const { files, bytes } = deployed[variant]
    const size = `${files} files, ${(bytes / 1e6).toFixed(1)} MB`
    const memory = `${middle?.rssMiB} MiB (PSS ${middle?.pssMiB})`
    console.log(`  ${variant.padEnd(18)} ${times.join(' ')} ${size}, ${memory}`)
    if (pieces.length > 0) console.log(`    the median start: ${pieces.join(', ')}`)
  }
}
