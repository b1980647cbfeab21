/**
 * Sets up the repository and runs one of its programs on Node 24. Every `npm run …` starts here.
 *
 *   node scripts/run.mjs scripts/start.ts [arguments]    a program of this repository
 *   node scripts/run.mjs astro dev [arguments]           the program of an installed package
 *
 * Needs only Node 20 or later and npm. It has no dependencies, because it runs before anything is installed, and only syntax
 * that Node 18 can parse, so that it can report an old Node.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { findProgram, root } from './program.mjs'

const modules = join(root, 'node_modules')

/** The oldest major version of Node that the setup supports. */
const SETUP_NODE = 20
/** The oldest major version that runs the programs, which are TypeScript. */
const PROGRAM_NODE = 24

/** An error that the reader can fix. It is shown without a stack trace. */
class SetupError extends Error {}

/** The major number of a version such as `v24.21.0`. */
function majorOf(version) {
  return Number(version.replace(/^v/, '').split('.')[0])
}

/** The packages of a lockfile by their folder, or undefined without the file. */
function readPackages(lockfile) {
  return existsSync(lockfile) ? JSON.parse(readFileSync(lockfile, 'utf8')).packages : undefined
}

/**
 * Whether `node_modules` matches package-lock.json. npm writes the installed packages to `node_modules/.package-lock.json`
 * last, so an interrupted installation leaves no such file. It is also up to date after `npm install <name>`.
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

/** The npm that called us with its own Node, or else the npm on PATH. */
function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env
  if (npm && node && basename(npm) === 'npm-cli.js')
    return { file: node, args: [npm], shell: false }
  // On Windows npm is a batch file, which runs only in a shell.
  return { file: 'npm', args: [], shell: process.platform === 'win32' }
}

/** Installs the packages of package-lock.json and shows progress on stderr. stdout is left to the program. */
async function install() {
  const start = Date.now()
  const seconds = () => Math.round((Date.now() - start) / 1000)
  console.error('Installing packages (npm ci). The first time this takes about a minute …')
  const progress = setInterval(() => console.error(`  still installing, ${seconds()} s`), 10_000)
  const npm = npmCommand()
  // --include overrides NODE_ENV=production and the reader's npmrc.
  const args = [...npm.args, 'ci', '--include=dev', '--include=optional', '--loglevel=error']
  const code = await run(npm.file, args, {
    shell: npm.shell,
    stdio: ['inherit', process.stderr, 'inherit'],
  })
  clearInterval(progress)
  if (code !== 0) {
    throw new SetupError(
      `npm ci failed (exit code ${code}); its message is above. Fix the cause and run the same command again.`,
    )
  }
  console.error(`Packages installed in ${seconds()} s.`)
}

/**
 * The path of Node 24 or later: the one that npm has installed for this platform, or else the running one. It is not
 * `node_modules/.bin/node`, because Node 22 for the tests has the same name there.
 */
function findNode() {
  const folder = join(
    modules,
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
  )
  const packaged = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  // A packaged Node may exist and still not start, for example on Alpine, which has another C library.
  const answer = spawnSync(packaged, ['--version'], { encoding: 'utf8' })
  if (answer.status === 0 && majorOf(answer.stdout) >= PROGRAM_NODE) return packaged
  if (majorOf(process.versions.node) >= PROGRAM_NODE) return process.execPath
  throw new SetupError(
    `This needs Node ${PROGRAM_NODE} or later. npm has none for ${process.platform} ${process.arch}, and the running ` +
      `Node is ${process.versions.node}. Install Node ${PROGRAM_NODE} from https://nodejs.org/ and run the same command again.`,
  )
}

/**
 * Runs a program in the repository's folder, with our input and output. It receives our signals, and we wait for its exit, so
 * that it is never orphaned. Resolves with its exit code, or with 128 + the signal's number as shells do.
 */
function run(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: 'inherit', ...options })
    const forward = (signal) => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    const orphaned = watchParent(() => child.kill('SIGTERM'))
    child.on('error', (error) =>
      reject(new SetupError(`${file} could not be started: ${error.message}`)),
    )
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward)
      clearInterval(orphaned)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

/**
 * Calls back when the shell that npm has started us in is gone. npm sends SIGTERM only to that shell, and Debian's shell exits
 * without passing it on.
 */
function watchParent(onGone) {
  const parent = process.ppid
  if (!process.env.npm_lifecycle_event) return undefined
  return setInterval(() => process.ppid !== parent && onGone(), 250)
}

async function main([name, ...args]) {
  if (majorOf(process.versions.node) < SETUP_NODE) {
    throw new SetupError(
      `This needs Node ${SETUP_NODE} or later with its npm, and the running Node is ${process.versions.node}. ` +
        `Install Node ${PROGRAM_NODE} from https://nodejs.org/ and run the same command again.`,
    )
  }
  if (!name) throw new SetupError('Usage: node scripts/run.mjs <program> [arguments]')
  if (!isInstalled()) await install()
  const node = findNode()
  process.env.PATH = [dirname(node), join(modules, '.bin'), process.env.PATH].join(delimiter)
  const program = findProgram(name)
  if (!program)
    throw new SetupError(`There is no program ${name} in this repository or in its packages.`)
  return run(node, [program, ...args])
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(`\n${error.message}\n`)
  process.exitCode = 1
}
