import type { HastPluginDefinition } from 'satteri'

/** Puts each table into a box that scrolls sideways, also by keyboard, so the page never does. */
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
