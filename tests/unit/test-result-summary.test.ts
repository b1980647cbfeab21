import { expect, test } from 'vitest'
import { formatRuntimes } from '../../src/model/examples/test-result-summary.ts'

test.each([
  [['Node 22.22.3'], 'Node 22.22.3'],
  [['Node 22.22.3', 'Node 24.21.0'], 'Node 22.22.3 and 24.21.0'],
  [['Node 24.21.0', 'Python 3.13.1'], 'Node 24.21.0 and Python 3.13.1'],
  [
    [
      'Node 22.22.3, dev broker',
      'Node 24.21.0, dev broker',
      'Node 22.22.3, Kafka 4.3.1',
      'Node 24.21.0, Kafka 4.3.1',
    ],
    'Node 22.22.3 and 24.21.0, with its dev broker and with Kafka 4.3.1',
  ],
  [
    ['Node 22.22.3, dev broker', 'Node 24.21.0, dev broker', 'Node 24.21.0, Kafka 4.3.1'],
    'Node 22.22.3 and 24.21.0, with its dev broker; Node 24.21.0, with Kafka 4.3.1',
  ],
  [
    ['Node 22.22.3, over TCP', 'Node 24.21.0, over TCP', 'Node 22.22.3, in process'],
    'Node 22.22.3 and 24.21.0, over TCP; Node 22.22.3, in process',
  ],
])('the runtimes %j are joined to %j', (runtimes, words) => {
  expect(formatRuntimes(runtimes)).toBe(words)
})
