import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MdastPluginDefinition, MdxJsxFlowElement, MdxJsxTextElement } from 'satteri'

/** Components that check what they are given. MDX does not tell them where they stand, so this plugin does. */
const components = new Set([
  'CopyStarter',
  'ExampleFiles',
  'LaunchBar',
  'OpenInStackBlitz',
  'Proof',
  'RunsWhere',
  'Snippet',
])

/** Hands `at="content/guides/express.mdx:14"` to components, so that a build error can name the page and the line. */
export const componentPositions: MdastPluginDefinition = {
  name: 'component-positions',
  options: { position: true },
  mdxJsxFlowElement: (node, { fileURL }) => withPosition(node, fileURL),
  mdxJsxTextElement: (node, { fileURL }) => withPosition(node, fileURL),
}

function withPosition<Node extends MdxJsxFlowElement | MdxJsxTextElement>(
  node: Readonly<Node>,
  fileURL: URL | undefined,
): Node | undefined {
  if (!node.name || !components.has(node.name) || !fileURL || !node.position) return undefined
  const value = `${relative(process.cwd(), fileURLToPath(fileURL))}:${node.position.start.line}`
  return {
    ...node,
    attributes: [...node.attributes, { type: 'mdxJsxAttribute', name: 'at', value }],
  }
}
