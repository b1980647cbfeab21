/** A link of `llms.txt`, and what stands behind it. */
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
 * The file by which a site tells language models what it holds, in the form of https://llmstxt.org: a title, a summary, some
 * words, then lists of links. A section without entries is left out.
 */
export function llmsTxt(
  title: string,
  summary: string,
  words: string,
  sections: readonly Section[],
): string {
  const lists = sections
    .filter(({ entries }) => entries.length > 0)
    .map(({ title, entries }) => [`## ${title}`, '', ...entries.map(line)].join('\n'))
  return [`# ${title}`, `> ${summary}`, words, ...lists].join('\n\n') + '\n'
}

const line = ({ title, address, description }: Entry) =>
  `- [${title.replaceAll(/[[\]]/g, '\\$&')}](${address}): ${description}`
