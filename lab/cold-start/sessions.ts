/** One line of a session, as a reader types it into a shell. */
export interface Line {
  readonly line: string
  /** What readers see: the whole output, the line that names the expected error, or nothing if the output differs between runs. */
  readonly shows: 'output' | 'error' | 'nothing'
  /** What the printed number counts, for the table that compares two sessions. */
  readonly counts?: 'files' | 'bytes' | 'modules'
}

/** Lines that the page shows together, with one finding. */
export interface Session {
  readonly id: string
  readonly lines: readonly Line[]
}

/** ID of the example whose published form the sessions run on. */
export const example = 'express'

/** Programs of this folder. Readers save them next to the example's `package.json` first. */
export const programs = ['count.mjs', 'start.mjs'] as const

/** Starts the bundle from the example's folder. */
export const argv = ['node', '../deploy/start.mjs'] as const

/** Counts files and bytes of folders. Hidden files belong to npm and differ between its versions. */
const weigh = (folders: string): Line[] => [
  { line: `find ${folders} -type f ! -name '.*' | wc -l`, shows: 'output', counts: 'files' },
  {
    line: `find ${folders} -type f ! -name '.*' -exec cat {} + | wc -c`,
    shows: 'output',
    counts: 'bytes',
  },
]

const swaggerUi = '../deploy/node_modules/swagger-ui-dist'

/** Run in this order in the example's folder. Each session continues where the previous one ended. */
export const sessions: readonly Session[] = [
  {
    id: 'as-it-is',
    lines: [
      { line: 'npm ci --omit=dev', shows: 'nothing' },
      ...weigh('src node_modules'),
      { line: 'node count.mjs src/main.ts', shows: 'output', counts: 'modules' },
    ],
  },
  {
    id: 'bundle',
    lines: [
      {
        line: 'npx --yes rolldown@1.3.2 src/main.ts --platform node --file ../deploy/main.mjs',
        shows: 'nothing',
      },
      { line: 'wc -c < ../deploy/main.mjs', shows: 'output' },
      { line: 'node count.mjs ../deploy/main.mjs', shows: 'error' },
    ],
  },
  {
    id: 'deploy',
    lines: [
      {
        line: 'mkdir ../deploy/node_modules && cp -R node_modules/swagger-ui-dist ../deploy/node_modules',
        shows: 'nothing',
      },
      { line: `rm -f ${swaggerUi}/*.map ${swaggerUi}/*-es-*`, shows: 'nothing' },
      ...weigh('../deploy'),
      { line: 'node count.mjs ../deploy/main.mjs', shows: 'output', counts: 'modules' },
    ],
  },
  {
    id: 'cache',
    lines: [
      { line: 'cp start.mjs ../deploy', shows: 'nothing' },
      { line: 'node count.mjs ../deploy/start.mjs', shows: 'output' },
      { line: 'find ../deploy/cache -type f | wc -l', shows: 'output' },
      {
        line: "NODE_DEBUG_NATIVE=COMPILE_CACHE node count.mjs ../deploy/start.mjs 2>&1 | grep -c 'was accepted'",
        shows: 'output',
      },
    ],
  },
  {
    id: 'moved',
    lines: [
      { line: 'cp -R ../deploy ../moved', shows: 'nothing' },
      { line: 'node count.mjs ../moved/start.mjs', shows: 'nothing' },
      { line: 'find ../moved/cache -type f | wc -l', shows: 'output' },
    ],
  },
  {
    id: 'portable',
    lines: [
      { line: 'rm -r ../moved ../deploy/cache', shows: 'nothing' },
      {
        line: 'NODE_COMPILE_CACHE_PORTABLE=1 node count.mjs ../deploy/start.mjs',
        shows: 'nothing',
      },
      { line: 'cp -R ../deploy ../moved', shows: 'nothing' },
      { line: 'NODE_COMPILE_CACHE_PORTABLE=1 node count.mjs ../moved/start.mjs', shows: 'nothing' },
      { line: 'find ../moved/cache -type f | wc -l', shows: 'output' },
    ],
  },
  {
    id: 'other-bundler',
    lines: [
      {
        line: 'npx --yes --ignore-scripts esbuild@0.28.2 src/main.ts --bundle --platform=node --format=esm --outfile=../esbuild/main.mjs',
        shows: 'nothing',
      },
      { line: 'node count.mjs ../esbuild/main.mjs', shows: 'error' },
    ],
  },
]
