import type { HastPluginDefinition } from 'satteri'

/** Puts each table of a page into a box that scrolls sideways, by keyboard too, so that the page itself never does. */
export const scrollTables: HastPluginDefinition = {
  name: 'scroll-tables',
  element: {
    filter: ['table'],
    visit: (node) => ({
      type: 'element',
      tagName: 'div',
      properties: { class: 'scroll', tabindex: '0' },
      children: [node],
    }),
  },
}
