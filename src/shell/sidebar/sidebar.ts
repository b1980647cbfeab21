/** The pages in the menu, in reading order. A slug without a page fails the build. */
export const sidebar = [
  { label: 'Start', items: ['article', 'which-backend'] },
  {
    label: 'Guides',
    items: [
      'guides/express',
      'guides/fastify',
      'guides/one-api-two-frameworks',
      'guides/async',
      'guides/validation-and-openapi',
      'guides/cold-starts',
      'guides/where-rust-pays',
      'guides/events',
      'guides/event-patterns',
      'guides/kafka',
      'guides/lean-bus',
      'guides/crash-laboratory',
      'guides/lean-bus-costs',
      'guides/one-port-two-buses',
      'guides/outgrowing-the-lean-bus',
    ],
  },
  { label: 'Evidence', items: ['claims'] },
  { label: 'About', items: ['how-this-site-is-tested', 'glossary', 'changes'] },
]
