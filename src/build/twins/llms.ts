/** A link in `llms.txt`. */
export interface Entry {
  readonly title: string
  readonly address: string
  readonly description: string
}

export interface Section {
  readonly title: string
  readonly entries: readonly Entry[]
}

/**
 * A summary of the site for language models, in the format of https://llmstxt.org: a title, a summary, a note, then lists of
 * links. Sections without entries are left out.
 */
export function llmsTxt(
  title: string,
  summary: string,
  note: string,
  sections: readonly Section[],
): string {
  const lists = sections
    .filter(({ entries }) => entries.length > 0)
    .map(({ title, entries }) => [`## ${title}`, '', ...entries.map(formatEntry)].join('\n'))
  return [`# ${title}`, `> ${summary}`, note, ...lists].join('\n\n') + '\n'
}

const formatEntry = ({ title, address, description }: Entry) =>
  `- [${title.replaceAll(/[[\]]/g, '\\$&')}](${address}): ${description}`
