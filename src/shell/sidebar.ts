/** Every page that the menu lists, in reading order. A slug without a page fails the build. */
export const sidebar = [
  { label: 'Start', items: ['which-backend'] },
  { label: 'Guides', items: ['guides/express', 'guides/fastify', 'guides/one-api-two-frameworks'] },
  { label: 'About', items: ['how-this-site-is-tested'] },
]
