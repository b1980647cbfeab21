import type { ThemeRegistrationRaw } from 'shiki'

/**
 * The kinds of code, each with its TextMate scopes. The letter is the class to which the styles give a color. Other code has no
 * element and the color of text.
 */
const kinds = {
  /** comment */
  c: ['comment', 'punctuation.definition.comment'],
  /** string */
  s: [
    'string',
    'punctuation.definition.string',
    'constant.character.escape',
    'constant.other.symbol',
    // Python: the letter before a string, and what its grammar finds within r"…".
    'storage.type.string',
    'string.regexp keyword.operator',
    'string.regexp constant',
  ],
  /** number, constant of the language */
  n: ['constant.numeric', 'constant.language', 'support.constant', 'keyword.other.unit'],
  /** keyword */
  k: [
    'keyword',
    'storage',
    'keyword.operator.new',
    'keyword.operator.expression',
    'entity.name.tag',
  ],
  /** function */
  f: [
    'entity.name.function',
    'support.function',
    'entity.name.command',
    'meta.function-call.generic',
  ],
  /** type */
  t: [
    'entity.name.type',
    'entity.name.class',
    'entity.other.inherited-class',
    'support.type',
    'support.class',
  ],
} satisfies Record<string, string[]>

export type Kind = keyof typeof kinds

/** Scopes within the ones above that have no kind. */
const plain = [
  'keyword.operator',
  'storage.type.function.arrow',
  'meta.template.expression',
  'punctuation.definition.template-expression',
  'string.unquoted.argument',
  'support.type.property-name',
  'variable',
]

const ink = '#000000'
const names = Object.keys(kinds) as Kind[]
const colors = new Map(names.map((kind, index) => [`#00000${index + 1}`, kind]))

/** A theme in which a color only encodes the kind of a token. The styles choose the real colors, light and dark. */
export const theme: ThemeRegistrationRaw = {
  name: 'kinds',
  fg: ink,
  bg: '#ffffff',
  settings: [
    { settings: { foreground: ink } },
    ...[...colors].map(([foreground, kind]) => ({ scope: kinds[kind], settings: { foreground } })),
    { scope: plain, settings: { foreground: ink } },
  ],
}

/** Adjacent characters of one kind on one line. */
export interface Run {
  kind: Kind | undefined
  text: string
}

/** Joins the tokens of a line into the fewest runs: neighbors of one kind with the spaces between them. */
export function runs(tokens: readonly { content: string; color?: string }[]): Run[] {
  const runs: Run[] = []
  for (const { content, color } of tokens) {
    const kind = color === undefined ? undefined : colors.get(color.toLowerCase())
    const last = runs.at(-1)
    const beforeBlank = last?.text.trim() === '' ? runs.at(-2) : undefined
    if (last && last.kind === kind) last.text += content
    else if (last && beforeBlank && beforeBlank.kind === kind) {
      beforeBlank.text += last.text + content
      runs.pop()
    } else runs.push({ kind, text: content })
  }
  return runs
}
