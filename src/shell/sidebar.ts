/** Every page that the menu lists, in reading order. A slug without a page fails the build. */
export const sidebar = [
  { label: 'Guides', items: ['guides/express'] },
  { label: 'About', items: ['how-this-site-is-tested'] },
]
