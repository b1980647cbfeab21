import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type {
  MdastPluginDefinition,
  MdastPluginEntry,
  MdxJsxFlowElement,
  MdxJsxTextElement,
} from 'satteri'

/** An import of the site's own components at the top of a page. */
const ownImport = /^import\s*\{([^}]*)\}\s*from\s*['"][^'"]*\/src\/components\/[^'"]*['"]/gm

/**
 * Passes `at="content/guides/express.mdx:14"` to the site's own components, so a build error can name the page and the line.
 * MDX doesn't tell a component where it is used.
 */
export const componentPositions: MdastPluginEntry = ({ fileURL, source }) => {
  if (!fileURL) return
  const own = new Set(
    [...source.matchAll(ownImport)].flatMap(([, names = '']) =>
      names.split(',').map((name) => name.trim()),
    ),
  )
  const page = relative(process.cwd(), fileURLToPath(fileURL))

  const withPosition = <Node extends MdxJsxFlowElement | MdxJsxTextElement>(
    node: Readonly<Node>,
  ): Node | undefined => {
    if (!node.name || !own.has(node.name) || !node.position) return undefined
    const value = `${page}:${node.position.start.line}`
    return {
      ...node,
      attributes: [...node.attributes, { type: 'mdxJsxAttribute', name: 'at', value }],
    }
  }

  return {
    name: 'component-positions',
    options: { position: true },
    mdxJsxFlowElement: withPosition,
    mdxJsxTextElement: withPosition,
  } satisfies MdastPluginDefinition
}
