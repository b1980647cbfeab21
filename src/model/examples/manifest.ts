import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, evaluate, type DocumentNode, type ValueNode } from '@humanwhocodes/momoa'
import * as z from 'zod'
import { PlacedError, requireName, suggestion } from '../placed-error.ts'
import { manifestName, type ExampleFile } from './files.ts'

const nonEmpty = z.string().min(1)

/** `true`: available. `false`: not built yet, so the site leaves it out. Otherwise the reason why it can never be. */
const Use = z.union([z.boolean(), z.strictObject({ never: nonEmpty })])

const common = {
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: nonEmpty,
  system: nonEmpty.describe('the framework or bus, with its major version'),
  summary: nonEmpty.describe('one sentence'),
  runtime: z.enum(['node', 'python', 'cargo']).describe('what installs, tests and starts it'),
  guide: z
    .string()
    .regex(/^\/.*\/$/)
    .describe('address of the guide on this site'),
  open: nonEmpty.describe('the file that a reader sees first'),
  requires: nonEmpty.describe('what a reader has to install to run it'),
  runs: z.strictObject({ page: Use, stackblitz: Use, local: Use }),
  commands: z
    .strictObject({ install: nonEmpty, test: nonEmpty, start: nonEmpty })
    .describe('shown to readers and run by CI'),
  argv: z.array(nonEmpty).min(1).describe('the start command without a shell or npm in between'),
  parts: z
    .array(
      z.strictObject({
        path: z
          .string()
          .regex(/^[a-z][a-z0-9-]*$/)
          .describe('address below the page of the example'),
        title: nonEmpty,
        summary: nonEmpty.describe('one sentence'),
        files: z
          .array(nonEmpty)
          .min(1)
          .describe('path prefixes; a file belongs to the first part with a matching prefix'),
      }),
    )
    .default([])
    .describe('files with a separate page, which keeps each page small'),
}

const Manifest = z.discriminatedUnion('contract', [
  z.strictObject({ ...common, contract: z.literal('http') }),
  z.strictObject({
    ...common,
    contract: z.literal('bus'),
    runtime: z.literal('node'),
    adapter: z
      .enum(['kafka', 'lean'])
      .describe('how the contract creates topics and reads committed offsets'),
  }),
])

/** The content of `examples/<id>/example.json`. The schema describes each field. */
export type Manifest = z.infer<typeof Manifest>

/**
 * Reads the manifest of an example and checks it against the schema and the files of the example.
 *
 * @throws PlacedError with file and line, for an invalid field or a missing script or file
 */
export function readManifest(id: string, files: readonly ExampleFile[], root: string): Manifest {
  const file = `examples/${id}/${manifestName}`
  if (!existsSync(join(root, file))) {
    throw new PlacedError(
      { file },
      'the example has no manifest',
      'Copy the manifest of another example.',
    )
  }
  const document = parseJson(readFileSync(join(root, file), 'utf8'), file)
  const placeOf = (path: readonly PropertyKey[]) => ({ file, line: lineOf(document, path) })
  const result = Manifest.safeParse(evaluate(document))
  if (!result.success) {
    const [issue] = result.error.issues
    throw new PlacedError(
      placeOf(issue?.path ?? []),
      `${issue?.path.join('.') || 'the manifest'}: ${issue?.message}`,
      'The fields are described in src/model/examples/manifest.ts.',
    )
  }
  const manifest = result.data
  if (manifest.id !== id) {
    const problem = `the id is "${manifest.id}" and the folder "${id}"`
    throw new PlacedError(placeOf(['id']), problem, 'Give both the same name.')
  }
  const paths = files.map(({ path }) => path)
  const requireFile = (path: PropertyKey[], name: string) =>
    requireName(paths, name, placeOf(path), `there is no file ${name} (tracked by git)`)
  requireFile(['open'], manifest.open)
  manifest.argv.forEach((argument, index) => {
    if (/\.\w+$/.test(argument)) requireFile(['argv', index], argument)
  })
  manifest.parts.forEach(({ files: prefixes }, part) => {
    prefixes.forEach((prefix, index) => {
      if (paths.some((path) => path.startsWith(prefix))) return
      const problem = `no path starts with ${prefix} (tracked by git)`
      const place = placeOf(['parts', part, 'files', index])
      throw new PlacedError(place, problem, suggestion(prefix, paths))
    })
  })

  const scripts = npmScripts(files)
  for (const [name, command] of Object.entries(manifest.commands)) {
    for (const script of scriptsIn(command)) {
      const problem = `package.json has no script "${script}"`
      requireName(scripts, script, placeOf(['commands', name]), problem)
    }
  }
  return manifest
}

function parseJson(text: string, file: string): DocumentNode {
  try {
    return parse(text)
  } catch (error) {
    const { line, message } = error as Error & { line?: number }
    throw new PlacedError({ file, line }, message, 'Fix the JSON.')
  }
}

/** The line of the value at a path, or of the nearest value that contains it. */
function lineOf(document: DocumentNode, path: readonly PropertyKey[]): number {
  let node: ValueNode = document.body
  for (const key of path) {
    const child: ValueNode | undefined =
      node.type === 'Object'
        ? node.members.find(({ name }) => (name.type === 'String' ? name.value : name.name) === key)
            ?.value
        : node.type === 'Array'
          ? node.elements[Number(key)]?.value
          : undefined
    if (!child) break
    node = child
  }
  return node.loc.start.line
}

function npmScripts(files: readonly ExampleFile[]): string[] {
  const text = files.find(({ path }) => path === 'package.json')?.text
  if (text === undefined) return []
  return Object.keys((JSON.parse(text) as { scripts?: Record<string, string> }).scripts ?? {})
}

/** The npm scripts in a shell line: `npm test`, `npm start`, `npm run x`. */
function scriptsIn(command: string): string[] {
  return [...command.matchAll(/\bnpm (?:run (\S+)|(test|start)\b)/g)].map(
    ([, run, short]) => run ?? short ?? '',
  )
}
