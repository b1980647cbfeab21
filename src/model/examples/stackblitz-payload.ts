import type { Project } from '@stackblitz/sdk'
import { PlacedError } from '../placed-error.ts'
import type { Example } from './example.ts'

/** The project that a page posts to StackBlitz. */
export interface Payload {
  readonly project: Pick<Project, 'title' | 'description'> & {
    readonly template: 'node'
    readonly files: Record<string, string>
  }
  /** The file that the editor of StackBlitz shows first. */
  readonly openFile: string
  /** The command that StackBlitz runs after it installed the packages. package.json sets it. */
  readonly startCommand: string
}

/** Largest form body in bytes. StackBlitz publishes no limit, but it has failed to save projects not much larger. */
export const payloadLimit = 500_000

/** The address for the plain form. The StackBlitz SDK posts to the same one. */
export function stackblitzAction({ openFile }: Payload): string {
  return `https://stackblitz.com/run?${new URLSearchParams({ file: openFile })}`
}

/**
 * Makes the StackBlitz project of an example: its published form, byte for byte.
 *
 * @throws PlacedError for a file that a form can't carry (binary, or with a carriage return), a missing start command, or a
 * body above `payloadLimit`
 */
export function stackblitzPayload(example: Example): Payload {
  const folder = `examples/${example.id}`
  const files: Record<string, string> = {}
  for (const { path, text } of example.files) {
    if (text === undefined) {
      throw new PlacedError(
        { file: `${folder}/${path}` },
        'StackBlitz accepts text files only',
        'Remove the file, or set runs.stackblitz to {"never": "reason"} in example.json.',
      )
    }
    if (text.includes('\r')) {
      throw new PlacedError(
        { file: `${folder}/${path}` },
        'a form would replace the carriage returns with line feeds',
        'Save the file with line feeds.',
      )
    }
    files[path] = text
  }
  const { stackblitz } = JSON.parse(files['package.json'] ?? '{}') as {
    stackblitz?: { startCommand?: string }
  }
  const startCommand = stackblitz?.startCommand
  if (!startCommand) {
    throw new PlacedError(
      { file: `${folder}/package.json` },
      'StackBlitz would guess how to start this project',
      'Set "stackblitz": {"startCommand": "…"}.',
    )
  }
  const { title, summary, open } = example.manifest
  const project = { title, description: summary, template: 'node' as const, files }
  const payload: Payload = { project, openFile: open, startCommand }
  const bytes = formBytes(payload)
  if (bytes > payloadLimit) {
    throw new PlacedError(
      { file: folder },
      `the form is ${bytes} bytes`,
      `Keep it below ${payloadLimit}: remove files or shorten them.`,
    )
  }
  return payload
}

/** The fields of the form, with the names and in the order of the StackBlitz SDK. */
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

/** Size of the body that a browser posts: URL-encoded, with CRLF line endings (HTML standard, "form data set"). */
export function formBytes(payload: Payload): number {
  const fields = formFields(payload).map(([name, value]) => [name, value.replaceAll('\n', '\r\n')])
  return new URLSearchParams(fields).toString().length
}
