import { readExamples, type Example } from '../../../model/examples/example.ts'

/** Whether an example runs on StackBlitz. */
export const isOpenable = ({ manifest }: Example) => manifest.runs.stackblitz === true

/** Why an example never runs on StackBlitz. Undefined for one that does, or will. */
export const neverReason = ({ manifest }: Example): string | undefined =>
  typeof manifest.runs.stackblitz === 'object' ? manifest.runs.stackblitz.never : undefined

const toPath = (example: Example) => ({ params: { id: example.id }, props: { example } })

/** A path for each example that runs on StackBlitz. */
export const openPaths = () => readExamples().filter(isOpenable).map(toPath)

/** Whether an example has a page that opens it: on StackBlitz, or by a command on the reader's machine. */
export const hasOpenPage = (example: Example) =>
  isOpenable(example) || neverReason(example) !== undefined

/** A path for each example with such a page. */
export const openPagePaths = () => readExamples().filter(hasOpenPage).map(toPath)

/** The title and the description of the page that opens an example. */
export const openPage = (example: Example) => {
  const { manifest, files } = example
  if (!isOpenable(example)) {
    return {
      title: `Run ${manifest.title} on your machine`,
      description: `One command downloads, installs and starts ${manifest.title}. It needs ${manifest.requires}.`,
    }
  }
  return {
    title: `Open ${manifest.title} in StackBlitz`,
    description: `Posts the ${files.length} files of ${manifest.title} to StackBlitz, which opens them as a project.`,
  }
}
