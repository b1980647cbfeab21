import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MdastPluginDefinition, MdastPluginEntry, MdastVisitorContext } from 'satteri'
import { PlacedError } from '../../model/placed-error.ts'
import { figuresIn } from '../../model/figures.ts'

/** How to fix a figure without a source. */
const fix =
  'Put it inside <Claim id="…">, inside a link to its source, or let a component print it from a recorded run.'

/** The fields of a Markdown node that this check reads. */
interface Node {
  readonly type: string
  readonly value?: string
  readonly name?: string | null
  readonly url?: string
  /** The label of a reference link, and of its definition. */
  readonly identifier?: string
  readonly children?: readonly Node[]
  readonly position?: { readonly start: { readonly line: number } } | undefined
}

/** Replaces content that may have figures, so the words around it stay separate. */
const gap = '\0'

/** Whether an address is another site, a claim, or a file of a tested example. */
const isSource = (url = '') => /^(https?:\/\/|\/claims\/|\/examples\/)/.test(url)

/** Whether a node gives the source of its content. */
type IsSourced = (node: Node) => boolean

/** The text in a node that needs a source, in pieces with the line where each starts. */
function listPieces(node: Node, isSourced: IsSourced): { text: string; line: number }[] {
  if (isSourced(node) || !(node.children || node.type === 'text')) return [{ text: gap, line: 0 }]
  if (node.children) return node.children.flatMap((child) => listPieces(child, isSourced))
  return [{ text: node.value ?? '', line: node.position?.start.line ?? 0 }]
}

/** Finds the first figure in a block that has no source, and its line. */
function findFigureWithoutSource(block: Node, isSourced: IsSourced) {
  const parts = listPieces(block, isSourced)
  const [figure] = figuresIn(parts.map(({ text }) => text).join(''))
  let end = 0
  for (const { text, line } of figure ? parts : []) {
    const begin = end
    end += text.length
    if (figure && figure.index < end) {
      const before = text.slice(0, figure.index - begin)
      return { text: figure.text, line: line + before.split('\n').length - 1 }
    }
  }
  return undefined
}

/**
 * Fails the build, with page and line, for a figure in prose that is neither in a claim nor in a link to its source. Code isn't
 * prose, and neither is the output of components.
 */
export const sourcedFigures: MdastPluginEntry = ({ fileURL }) => {
  if (!fileURL) return
  const file = relative(process.cwd(), fileURLToPath(fileURL))

  /** The addresses of reference links by their labels. */
  const definitions = new Map<string, string>()

  const isSourced = ({ type, name, url, identifier = '' }: Node) =>
    name === 'Claim' ||
    (type === 'link' && isSource(url)) ||
    (type === 'linkReference' && isSource(definitions.get(identifier)))

  const check = (block: Node, context: MdastVisitorContext) => {
    const parent = parentOf(block, context)
    if (parent && isSourced(parent)) return
    const figure = findFigureWithoutSource(block, isSourced)
    if (!figure) return
    const { text, line } = figure
    throw new PlacedError({ file, line }, `"${text}" has no source`, fix)
  }

  return {
    name: 'sourced-figures',
    options: { position: true },
    before(root) {
      for (const node of root.children) {
        if (node.type === 'definition') definitions.set(node.identifier, node.url)
      }
    },
    paragraph: check,
    heading: check,
    tableCell: check,
    // Text directly in a block component.
    text(node, context) {
      if (parentOf(node, context)?.type === 'mdxJsxFlowElement') check(node, context)
    },
  } satisfies MdastPluginDefinition
}

const parentOf = (node: Node, context: MdastVisitorContext): Node | undefined =>
  context.parent(node as Parameters<MdastVisitorContext['parent']>[0])
