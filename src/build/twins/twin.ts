import type { Element, ElementContent, Root } from 'hast'
import { select, selectAll } from 'hast-util-select'
import type { FootnoteDefinition, Root as Markdown, RootContent } from 'mdast'
import rehypeParse from 'rehype-parse'
import rehypeRemark, { type Options } from 'rehype-remark'
import remarkGfm from 'remark-gfm'
import remarkStringify from 'remark-stringify'
import { unified } from 'unified'
import { SKIP, visit } from 'unist-util-visit'
import type { Entry } from './llms.ts'

/** The Markdown version of a page. */
export type Twin = ReturnType<typeof makeTwin>

type Handle = NonNullable<NonNullable<Options['handlers']>[string]>

/**
 * Controls and optional line breaks, which Markdown can't have, and the text that a component marks with `data-markdown="skip"`
 * as a repetition.
 */
const controls =
  'wbr, button, input, select, label, form, nav, .sl-anchor-link, [aria-hidden=true], [data-markdown=skip]'

/**
 * Converts a built page to Markdown: its title, description and address, then its main part. The source is the HTML that
 * readers get, so page and twin always agree.
 *
 * @throws Error for HTML that isn't a page of this site
 */
export function makeTwin(html: string, file: string) {
  const tree = unified().use(rehypeParse).parse(html)
  const content = select('main .sl-markdown-content', tree)
  if (!content)
    throw new Error(`${file} has no content: it needs an element .sl-markdown-content in <main>.`)
  const attribute = (selector: string, name: string): string => {
    const value = select(selector, tree)?.properties[name]
    if (typeof value !== 'string') throw new Error(`${file} has no ${selector}.`)
    return value
  }
  const address = attribute('link[rel=canonical]', 'href')
  const page = {
    address,
    title: attribute('meta[property="og:title"]', 'content'),
    description: attribute('meta[name=description]', 'content'),
  }
  const body = toMarkdownTree(content, address)
  const markdown = stringifier.stringify({
    type: 'root',
    children: [...frontMatter(page), ...body.children],
  })
  return { ...page, markdown }
}

const stringifier = unified()
  .use(remarkStringify, { bullet: '-', emphasis: '_', rule: '-', listItemIndent: 'one' })
  // Padding with spaces would double the size of a wide table.
  .use(remarkGfm, { tablePipeAlign: false })

const frontMatter = ({ title, description, address }: Entry): RootContent[] => [
  { type: 'heading', depth: 1, children: [{ type: 'text', value: title }] },
  { type: 'paragraph', children: [{ type: 'text', value: description }] },
  {
    type: 'paragraph',
    children: [{ type: 'link', url: address, children: [{ type: 'text', value: address }] }],
  },
]

function toMarkdownTree(content: Element, address: string): Markdown {
  const root: Root = { type: 'root', children: content.children }
  flattenCode(root)
  printVerdicts(root)
  dropControls(root)
  separateCells(root)
  completeLinks(root, address)

  const footnotes: FootnoteDefinition[] = []
  /** Converts an element that opens over the text to a footnote. */
  const footnote =
    (otherwise: Handle): Handle =>
    (state, node: Element, parent) => {
      if (node.properties['popover'] === undefined) return otherwise(state, node, parent)
      const identifier = String(footnotes.length + 1)
      const children = state.toFlow(state.all(node))
      footnotes.push({ type: 'footnoteDefinition', identifier, children })
      return { type: 'footnoteReference', identifier }
    }
  const markdown = unified()
    .use(rehypeRemark, {
      handlers: {
        span: footnote((state, node) => state.all(node)),
        div: footnote((state, node) => state.toFlow(state.all(node))),
      },
    })
    .runSync(root)
  return { ...markdown, children: [...markdown.children, ...footnotes] }
}

/** Replaces the highlighted parts of code, thousands of elements, with plain text. */
function flattenCode(root: Root): void {
  visit(root, { tagName: 'code' }, (code) => {
    let value = ''
    visit(code, 'text', (text) => void (value += text.value))
    if (code.type === 'element') code.children = [{ type: 'text', value }]
    return SKIP
  })
}

/** Replaces the mark of a claim with its verdict in words, as on paper. */
function printVerdicts(root: Root): void {
  for (const claim of selectAll('.claim', root)) {
    const [first] = claim.children
    const hasWords = first?.type === 'element' && select('.words', first) !== undefined
    claim.children = claim.children.map((child) => {
      if (child.type !== 'element' || !select('.opener', child)) return child
      const words = `(${String(claim.properties['dataPrint'])})`
      return { type: 'text', value: hasWords ? ` ${words}` : words }
    })
  }
}

function dropControls(root: Root): void {
  const dropped = new Set(selectAll(controls, root))
  visit(root, 'element', (node, index, parent) => {
    if (!parent || index === undefined || !dropped.has(node)) return
    parent.children.splice(index, 1)
    return [SKIP, index]
  })
}

/** Adds separators between elements that only the layout separates. */
function separateCells(root: Root): void {
  const marks = new Set(selectAll('.mark, .label', root))
  const answers = new Set(selectAll('.answer', root))
  const separator = (before: Element) =>
    marks.has(before) ? ' ' : answers.has(before) ? '; ' : ', '
  visit(root, 'element', (node) => {
    if (node.tagName === 'pre') return SKIP
    node.children = node.children.flatMap((child, index): ElementContent[] => {
      const last = node.children[index - 1]
      if (!isCell(child) || !last || !isCell(last)) return [child]
      return [{ type: 'text', value: separator(last) }, child]
    })
    return
  })
}

/** Whether the layout may put the element in its own column or line. */
const isCell = (node: ElementContent): node is Element =>
  node.type === 'element' &&
  (node.tagName === 'span' || node.tagName === 'a') &&
  node.properties['popover'] === undefined

/** Makes every address absolute, because the Markdown may be read away from this site. */
function completeLinks(root: Root, address: string): void {
  visit(root, 'element', ({ properties }) => {
    for (const name of ['href', 'src']) {
      const value = properties[name]
      if (typeof value !== 'string' || URL.canParse(value)) continue
      properties[name] = new URL(value, address).href
    }
  })
}
