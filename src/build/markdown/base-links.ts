import type { HastPluginDefinition } from 'satteri'

/**
 * Puts the base path in front of links that begin with a slash, so that pages write `/guides/express/` wherever the site
 * is served. Links written as JSX do not come this way; components use `url()`.
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
