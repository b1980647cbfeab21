import { readExamples, type Example } from '../../../model/examples/example.ts'

/** Whether an example runs on StackBlitz. */
export const isOpenable = ({ manifest }: Example) => manifest.runs.stackblitz === true

/** A path for each example that runs on StackBlitz. */
export const openPaths = () =>
  readExamples()
    .filter(isOpenable)
    .map((example) => ({ params: { id: example.id }, props: { example } }))

/** The title and the description of the page that posts an example to StackBlitz. */
export const openPage = ({ manifest, files }: Example) => ({
  title: `Open ${manifest.title} in StackBlitz`,
  description: `Posts the ${files.length} files of ${manifest.title} to StackBlitz, which opens them as a project.`,
})
