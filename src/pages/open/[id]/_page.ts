import type { Example } from '../../../model/examples/example.ts'

/** The title and the description of the page that posts an example to StackBlitz. */
export const openPage = ({ manifest, files }: Example) => ({
  title: `Open ${manifest.title} in StackBlitz`,
  description: `Posts the ${files.length} files of the example to StackBlitz, which opens them as a project.`,
})
