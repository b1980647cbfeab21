import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MdastPluginDefinition, MdastPluginEntry, MdastVisitorContext } from 'satteri'
import { PlacedError } from '../../model/placed-error.ts'
import { figuresIn } from '../../model/figures.ts'

/** What to do about a figure that nothing stands behind. */
export const mend =
  'Put it inside <Claim id="…">, inside a link to its source, or let a component print it from a recorded run.'

/** As far as this check cares about a node. */
interface Node {
  readonly type: string
  readonly value?: string
  readonly name?: string | null
  readonly url?: string
  /** Of a link by reference and of its definition. */
  readonly identifier?: string
  readonly children?: readonly Node[]
  readonly position?: { readonly start: { readonly line: number } } | undefined
}

/** Stands for what may hold figures, so that the words around it do not run together. */
const gap = '\0'

/** Another site, the ledger, or a file of a tested example. */
const isSource = (url = '') => /^(https?:\/\/|\/claims\/|\/examples\/)/.test(url)

/** Whether what stands inside a node has its source. */
type IsSourced = (node: Node) => boolean

/** The words of a node that need a source, and the line on which each piece of them begins. */
function pieces(node: Node, isSourced: IsSourced): { text: string; line: number }[] {
  if (isSourced(node) || !(node.children || node.type === 'text')) return [{ text: gap, line: 0 }]
  if (node.children) return node.children.flatMap((child) => pieces(child, isSourced))
  return [{ text: node.value ?? '', line: node.position?.start.line ?? 0 }]
}

/** The first figure of a block that stands without a source, and its line. */
function firstUnsourced(
  block: Node,
  isSourced: IsSourced,
): { text: string; line: number } | undefined {
  const parts = pieces(block, isSourced)
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
 * Fails the build, with the page and the line, for a figure in prose that stands neither inside a claim nor inside a link to
 * its source. Code, and what components print from recorded data, is not prose.
 */
export const sourcedFigures: MdastPluginEntry = ({ fileURL }) => {
  if (!fileURL) return
  const file = relative(process.cwd(), fileURLToPath(fileURL))

  /** What the links by reference lead to. */
  const definitions = new Map<string, string>()

  const isSourced = ({ type, name, url, identifier = '' }: Node) =>
    name === 'Claim' ||
    (type === 'link' && isSource(url)) ||
    (type === 'linkReference' && isSource(definitions.get(identifier)))

  const check = (block: Node, context: MdastVisitorContext) => {
    const parent = parentOf(block, context)
    if (parent && isSourced(parent)) return
    const figure = firstUnsourced(block, isSourced)
    if (!figure) return
    const { text, line } = figure
    throw new PlacedError({ file, line }, `"${text}" stands without a source`, mend)
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
    // Words directly inside a component that stands on lines of its own.
    text(node, context) {
      if (parentOf(node, context)?.type === 'mdxJsxFlowElement') check(node, context)
    },
  } satisfies MdastPluginDefinition
}

const parentOf = (node: Node, context: MdastVisitorContext): Node | undefined =>
  context.parent(node as Parameters<MdastVisitorContext['parent']>[0])
