import type { ShikiConfig } from 'astro'
import { runs, theme } from './kinds.ts'

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
          ...(index ? [{ type: 'text' as const, value: '\n' }] : []),
          ...runs(line).map(({ kind, text }) =>
            kind
              ? {
                  type: 'element' as const,
                  tagName: 'i',
                  properties: { class: kind },
                  children: [{ type: 'text' as const, value: text }],
                }
              : { type: 'text' as const, value: text },
          ),
        ])
      },
    },
  ],
}
