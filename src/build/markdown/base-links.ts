import type { HastPluginDefinition } from 'satteri'

/**
 * Puts the base path in front of Markdown links that start with a slash, so pages can link to `/guides/express/` on every
 * host. Components use `url()` instead.
 */
export const baseLinks = (base: string): HastPluginDefinition => ({
  name: 'base-links',
  element: {
    filter: ['a'],
    visit(node, context) {
      const href = node.properties['href']
      if (typeof href === 'string' && /^\/(?!\/)/.test(href)) {
        context.setProperty(node, 'href', base.replace(/\/$/, '') + href)
      }
    },
  },
})
