import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, evaluate, type DocumentNode, type ValueNode } from '@humanwhocodes/momoa'
import * as z from 'zod'
import { PlacedError, suggestion } from '../placed-error.ts'
import { manifestName, type ExampleFile } from './files.ts'

/** `true`: built; `false`: not built yet, so left out; otherwise why it can never be. */
const Face = z.union([z.boolean(), z.strictObject({ never: z.string().min(1) })])

const Manifest = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string().min(1),
  system: z.string().min(1).describe('the framework or bus, with its major version'),
  contract: z.enum(['http', 'bus']),
  summary: z.string().min(1).describe('one sentence'),
  guide: z
    .string()
    .regex(/^\/.*\/$/)
    .describe('address of the guide on this site'),
  open: z.string().min(1).describe('the file that a reader sees first'),
  requires: z.string().min(1).describe('what has to be installed to run it'),
  runs: z.strictObject({ page: Face, stackblitz: Face, local: Face }),
  commands: z
    .strictObject({ install: z.string().min(1), test: z.string().min(1), start: z.string().min(1) })
    .describe('as shown to readers and as run by CI'),
  argv: z
    .array(z.string().min(1))
    .min(1)
    .describe('the start command without a shell or npm in between'),
  parts: z
    .array(
      z.strictObject({
        path: z
          .string()
          .regex(/^[a-z][a-z0-9-]*$/)
          .describe('address below the page of the example'),
        title: z.string().min(1),
        summary: z.string().min(1).describe('one sentence'),
        files: z
          .array(z.string().min(1))
          .min(1)
          .describe('how their paths begin; a file belongs to the first part that names it'),
      }),
    )
    .default([])
    .describe('files that have a page of their own, so that no page is too heavy'),
})

/** What `examples/<id>/example.json` says: see the schema for each field. */
export type Manifest = z.infer<typeof Manifest>

/**
 * Reads the manifest of an example and holds it against the schema and against the files it names.
 *
 * @throws PlacedError with file and line, for a field that does not fit, or a script or file that is not there
 */
export function readManifest(id: string, files: readonly ExampleFile[], root: string): Manifest {
  const file = `examples/${id}/${manifestName}`
  if (!existsSync(join(root, file))) {
    throw new PlacedError(
      { file },
      'an example needs a manifest',
      'Copy the one of another example.',
    )
  }
  const document = parseJson(readFileSync(join(root, file), 'utf8'), file)
  const result = Manifest.safeParse(evaluate(document))
  if (!result.success) {
    const [issue] = result.error.issues
    throw new PlacedError(
      { file, line: lineOf(document, issue?.path ?? []) },
      `${issue?.path.join('.') || 'the manifest'}: ${issue?.message}`,
      'The fields are described in src/model/examples/manifest.ts.',
    )
  }
  const manifest = result.data
  const fail = (path: PropertyKey[], fault: string, mend: string): never => {
    throw new PlacedError({ file, line: lineOf(document, path) }, fault, mend)
  }

  if (manifest.id !== id) {
    fail(['id'], `the id is "${manifest.id}", the folder "${id}"`, 'Give both the same name.')
  }
  const paths = files.map(({ path }) => path)
  const needFile = (path: PropertyKey[], name: string) => {
    if (!paths.includes(name))
      fail(path, `there is no file ${name} (tracked by git)`, suggestion(name, paths))
  }
  needFile(['open'], manifest.open)
  manifest.argv.forEach((argument, index) => {
    if (/\.\w+$/.test(argument)) needFile(['argv', index], argument)
  })
  manifest.parts.forEach(({ files: beginnings }, part) => {
    beginnings.forEach((beginning, index) => {
      if (paths.some((path) => path.startsWith(beginning))) return
      fail(
        ['parts', part, 'files', index],
        `no path begins with ${beginning} (tracked by git)`,
        suggestion(beginning, paths),
      )
    })
  })

  const scripts = npmScripts(files)
  for (const [name, command] of Object.entries(manifest.commands)) {
    for (const script of scriptsIn(command)) {
      if (!scripts.includes(script)) {
        fail(
          ['commands', name],
          `package.json has no script "${script}"`,
          suggestion(script, scripts),
        )
      }
    }
  }
  return manifest
}

function parseJson(text: string, file: string): DocumentNode {
  try {
    return parse(text)
  } catch (error) {
    const { line, message } = error as Error & { line?: number }
    throw new PlacedError({ file, line }, message, 'Mend the JSON.')
  }
}

/** The line of the value at a path, or of the nearest value around it that is there. */
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

/** The npm scripts that a shell line runs: `npm test`, `npm start`, `npm run x`. */
function scriptsIn(command: string): string[] {
  return [...command.matchAll(/\bnpm (?:run (\S+)|(test|start)\b)/g)].map(
    ([, run, short]) => run ?? short ?? '',
  )
}
