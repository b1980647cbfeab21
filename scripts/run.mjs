/**
 * Sets the repository up and runs one of its programs on Node 24: the only thing behind every `npm run …`.
 *
 *   node scripts/run.mjs scripts/start.ts [arguments]    a program of this repository
 *   node scripts/run.mjs astro dev [arguments]           the program of an installed package
 *
 * Needs Node 20 or later and npm, nothing else. No dependencies and no syntax that Node 18 cannot parse: it must be able
 * to say that Node is too old, and it runs before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { findProgram, root } from './program.mjs'

const modules = join(root, 'node_modules')

/** The oldest Node on which the setup works. */
const SETUP_NODE = 20
/** The Node on which everything else works: it runs TypeScript as it is. */
const PROGRAM_NODE = 24

/** A fault that the reader can mend: shown without a stack. */
class SetupError extends Error {}

/** The major number of a version such as `v24.21.0`. */
function majorOf(version) {
  return Number(version.replace(/^v/, '').split('.')[0])
}

/** The packages of a lockfile by their folder, or undefined when there is no such file. */
function readPackages(lockfile) {
  return existsSync(lockfile) ? JSON.parse(readFileSync(lockfile, 'utf8')).packages : undefined
}

/**
 * Whether `node_modules` holds what package-lock.json asks for. npm writes what it has installed to
 * `node_modules/.package-lock.json` as the last thing that it does, so that a broken-off installation leaves none. Unlike a
 * stamp of our own, it is also right after `npm install <name>`.
 */
function isInstalled() {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const present = readPackages(join(modules, '.package-lock.json'))
  if (!wanted || !present) return false
  return Object.keys(wanted)
    .filter((path) => path !== '')
    .every((path) =>
      present[path]
        ? present[path].version === wanted[path].version &&
          present[path].integrity === wanted[path].integrity
        : wanted[path].optional || wanted[path].devOptional,
    )
}

/** The npm that called us, run by the Node that it ran on; else the one on PATH. */
function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env
  if (npm && node && basename(npm) === 'npm-cli.js')
    return { file: node, args: [npm], shell: false }
  // npm is a batch file on Windows, and those only run in a shell.
  return { file: 'npm', args: [], shell: process.platform === 'win32' }
}

/**
 * Installs exactly what package-lock.json says, and says meanwhile that it is still at it. All of that goes to stderr: stdout
 * belongs to the program.
 */
async function install() {
  const start = Date.now()
  const seconds = () => Math.round((Date.now() - start) / 1000)
  console.error('Installing packages (npm ci). The first time this takes about a minute …')
  const progress = setInterval(() => console.error(`  still installing, ${seconds()} s`), 10_000)
  const npm = npmCommand()
  // --include: also where NODE_ENV=production or the reader's npmrc would leave them out.
  const args = [...npm.args, 'ci', '--include=dev', '--include=optional', '--loglevel=error']
  const code = await run(npm.file, args, {
    shell: npm.shell,
    stdio: ['inherit', process.stderr, 'inherit'],
  })
  clearInterval(progress)
  if (code !== 0) {
    throw new SetupError(
      `npm ci failed (exit code ${code}); its message is above. Mend that and run the same command again.`,
    )
  }
  console.error(`Packages installed in ${seconds()} s.`)
}

/**
 * A Node 24 or later: the one that npm has installed for this platform, else the one that is running.
 * By its package's path and not as `node_modules/.bin/node`, because Node 22 for the tests offers the same name there.
 */
function findNode() {
  const folder = join(
    modules,
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
  )
  const packaged = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  // It is run, because a packaged Node that is there may still not start: on Alpine, for one, whose C library is another.
  const answer = spawnSync(packaged, ['--version'], { encoding: 'utf8' })
  if (answer.status === 0 && majorOf(answer.stdout) >= PROGRAM_NODE) return packaged
  if (majorOf(process.versions.node) >= PROGRAM_NODE) return process.execPath
  throw new SetupError(
    `This needs Node ${PROGRAM_NODE} or later, and npm has none for ${process.platform} ${process.arch}; ` +
      `the Node that runs is ${process.versions.node}. Install Node ${PROGRAM_NODE} from https://nodejs.org/ ` +
      'and run the same command again.',
  )
}

/**
 * Runs a program to its end in the repository's folder, with our input and output. Signals go on to it, and we outlive it,
 * so that it is never orphaned. Resolves with its exit code, or 128 + the signal's number as shells do.
 */
function run(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: 'inherit', ...options })
    const forward = (signal) => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    const orphaned = watchParent(() => child.kill('SIGTERM'))
    child.on('error', (error) => reject(new SetupError(`${file} does not start: ${error.message}`)))
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward)
      clearInterval(orphaned)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

/**
 * Calls back when the shell is gone in which npm has started us. npm passes SIGTERM on to that shell alone, and a shell such
 * as Debian's dies of it without a word to what it runs.
 */
function watchParent(onGone) {
  const parent = process.ppid
  if (!process.env.npm_lifecycle_event) return undefined
  return setInterval(() => process.ppid !== parent && onGone(), 250)
}

async function main([name, ...args]) {
  if (majorOf(process.versions.node) < SETUP_NODE) {
    throw new SetupError(
      `This needs Node ${SETUP_NODE} or later with its npm; the Node that runs is ${process.versions.node}. ` +
        `Install Node ${PROGRAM_NODE} from https://nodejs.org/ and run the same command again.`,
    )
  }
  if (!name) throw new SetupError('Usage: node scripts/run.mjs <program> [arguments]')
  if (!isInstalled()) await install()
  const node = findNode()
  process.env.PATH = [dirname(node), join(modules, '.bin'), process.env.PATH].join(delimiter)
  const program = findProgram(name)
  if (!program)
    throw new SetupError(`There is no program ${name} in this repository or its packages.`)
  return run(node, [program, ...args])
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(`\n${error.message}\n`)
  process.exitCode = 1
}
