/** What tests need of the machine beside Node and npm: where it is, or what to install. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A program by its path, or a sentence that says what to install. */
export type Tool =
  { readonly path: string } | { readonly path: undefined; readonly missing: string }

/** The version that StackBlitz runs. Recorded proofs name it, so no other will do. */
export const node22Version = '22.22.3'

/** Chromium or Chrome: the one that `CHROMIUM` names, else the first that is installed. */
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

/** Firefox: the one that `FIREFOX` names, else the first that is installed. */
export function findFirefox(): Tool {
  return findTool({
    variable: 'FIREFOX',
    places: ['firefox-esr', 'firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'],
    install: 'Install Firefox (Debian: apt-get install firefox-esr), or set FIREFOX to its path.',
  })
}

/** Node 22 as StackBlitz has it: the one that `NODE22` names, else the one that npm has installed for this platform. */
export function findNode22(): Tool {
  const packaged = `../../node_modules/node22-${process.platform}-${process.arch}/bin/node`
  const install = `Install Node ${node22Version} and set NODE22 to its path.`
  const tool = findTool({
    variable: 'NODE22',
    places: [fileURLToPath(new URL(packaged, import.meta.url))],
    install,
  })
  if (tool.path === undefined) return tool
  const version = spawnSync(tool.path, ['--version'], { encoding: 'utf8' }).stdout?.trim()
  if (version === `v${node22Version}`) return tool
  return { path: undefined, missing: `${tool.path} is ${version ?? 'no Node'}. ${install}` }
}

/** Looks where `variable` says, and only without it in `places`: absolute paths, or names to look up on PATH. */
function findTool(search: { variable: string; places: readonly string[]; install: string }): Tool {
  const chosen = process.env[search.variable]
  const path = (chosen ? [chosen] : search.places).flatMap(candidates).find(isExecutable)
  if (path !== undefined) return { path }
  const reason = chosen ? `${search.variable} is "${chosen}", where no program is. ` : ''
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
