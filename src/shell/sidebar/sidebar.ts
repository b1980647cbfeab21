/**
 * The pages in the menu, in reading order. A slug without a page fails the build. Outside of a collapsed group the menu shows only
 * its first page.
 */
export const sidebar = [
  { label: 'Decide', items: ['which-backend', 'article', 'guides'] },
  {
    label: 'HTTP',
    items: [
      'guides/express',
      'guides/fastify',
      'guides/fastapi',
      'guides/axum',
      'guides/compare',
      'guides/fastify-and-fastapi',
      'guides/default-behavior',
      'guides/validation-and-openapi',
      'guides/async',
      'guides/cold-starts',
      'guides/where-rust-pays',
    ],
  },
  { label: 'Messaging', items: ['guides/events', 'guides/event-patterns', 'guides/kafka'] },
  {
    label: 'Case study: a lean bus',
    items: [
      'guides/lean-bus',
      'guides/crash-laboratory',
      'guides/lean-bus-costs',
      'guides/one-port-two-buses',
      'guides/outgrowing-the-lean-bus',
    ],
  },
  { label: 'Examples', items: ['examples'] },
  {
    label: 'Lab',
    // Its first page lists the others.
    collapsed: true,
    items: [
      'lab',
      'lab/cost',
      'lab/latency',
      'lab/async',
      'lab/cold-start',
      'lab/size',
      'lab/method',
    ],
  },
  { label: 'Evidence', items: ['claims', 'how-this-site-is-tested', 'glossary', 'changes'] },
]
