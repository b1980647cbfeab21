import type { ShikiConfig } from 'astro'
import { runs, theme } from './kinds.ts'

const textNode = (value: string) => ({ type: 'text' as const, value })

/** Renders code fences in Markdown as the same elements that `highlight()` makes for snippets. */
export const fences: Partial<ShikiConfig> = {
  theme,
  transformers: [
    {
      name: 'kinds',
      pre(node) {
        // A block that scrolls has to be reachable by keyboard.
        node.properties = { tabindex: '0' }
      },
      code(node) {
        node.properties = { class: `language-${this.options.lang}` }
        node.children = this.tokens.flatMap((line, index) => [
          ...(index ? [textNode('\n')] : []),
          ...runs(line).map(({ kind, text }) => {
            const node = textNode(text)
            if (!kind) return node
            const properties = { class: kind }
            return { type: 'element' as const, tagName: 'i', properties, children: [node] }
          }),
        ])
      },
    },
  ],
}
