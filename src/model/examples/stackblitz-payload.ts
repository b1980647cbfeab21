import type { Project } from '@stackblitz/sdk'
import { PlacedError } from '../placed-error.ts'
import type { Example } from './example.ts'

/** What is posted to StackBlitz, and the file that it opens. */
export interface Payload {
  readonly project: Pick<Project, 'title' | 'description'> & {
    readonly template: 'node'
    readonly files: Record<string, string>
  }
  readonly openFile: string
  /** What StackBlitz runs after it has installed the packages: the one that package.json pins. */
  readonly startCommand: string
}

/** Bytes of the form body. StackBlitz publishes no limit; far smaller projects are known to have failed to be saved there. */
export const payloadLimit = 500_000

/** Where the plain form posts a project to: the address that the StackBlitz SDK uses. */
export function stackblitzAction({ openFile }: Payload): string {
  return `https://stackblitz.com/run?${new URLSearchParams({ file: openFile })}`
}

/**
 * The StackBlitz project of an example: its published form, byte for byte.
 *
 * @throws PlacedError for what cannot be posted as a form (a binary file, a carriage return), a start command that is not
 * pinned, or a body above `payloadLimit`
 */
export function stackblitzPayload(example: Example): Payload {
  const folder = `examples/${example.id}`
  const files: Record<string, string> = {}
  for (const { path, text } of example.files) {
    if (text === undefined) {
      throw new PlacedError(
        { file: `${folder}/${path}` },
        'StackBlitz takes text files only',
        'Remove the file, or set runs.stackblitz to {"never": "reason"} in example.json.',
      )
    }
    if (text.includes('\r')) {
      throw new PlacedError(
        { file: `${folder}/${path}` },
        'a form turns carriage returns into line feeds, so the file would not arrive as it is',
        'Save it with line feeds.',
      )
    }
    files[path] = text
  }
  const startCommand = pinnedStartCommand(files['package.json'])
  if (!startCommand) {
    throw new PlacedError(
      { file: `${folder}/package.json` },
      'StackBlitz would guess how to start this',
      'Set "stackblitz": {"startCommand": "…"}.',
    )
  }
  const { title, summary, open } = example.manifest
  const result: Payload = {
    project: { title, description: summary, template: 'node', files },
    openFile: open,
    startCommand,
  }
  const bytes = formBytes(result)
  if (bytes > payloadLimit) {
    throw new PlacedError(
      { file: folder },
      `the form is ${bytes} bytes`,
      `Stay below ${payloadLimit}.`,
    )
  }
  return result
}

/** The fields of the form as the StackBlitz SDK names them, in its order. */
export function formFields({ project }: Payload): [name: string, value: string][] {
  return [
    ['project[title]', project.title],
    ['project[description]', project.description ?? ''],
    ['project[template]', project.template],
    ...Object.entries(project.files).map(([path, text]): [string, string] => [
      `project[files][${path.replaceAll('[', '%5B').replaceAll(']', '%5D')}]`,
      text,
    ]),
  ]
}

/** The bytes of the body that a browser posts: urlencoded, with CRLF at every line's end (HTML, "form data set"). */
export function formBytes(payload: Payload): number {
  const fields = formFields(payload).map(([name, value]) => [name, value.replaceAll('\n', '\r\n')])
  return new URLSearchParams(fields).toString().length
}

function pinnedStartCommand(packageJson: string | undefined): string | undefined {
  if (packageJson === undefined) return undefined
  const { stackblitz } = JSON.parse(packageJson) as { stackblitz?: { startCommand?: string } }
  return stackblitz?.startCommand
}
