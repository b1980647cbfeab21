import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Starting servers, installing packages and steering browsers takes its time, more so on two shared cores. */
const slow = { testTimeout: 120_000, hookTimeout: 240_000 }

/** Two files at a time: each runs programs of its own beside the test, and there may be two cores. */
const two = { ...slow, maxWorkers: 2 }

/** Three files at a time: much of it is waiting, for a lease to end, a broker to start or a network to be quiet. */
const three = { ...slow, maxWorkers: 3 }

/** What takes a minute and more, the slowest of each project first. */
const slowest = [
  ...['contract/bus-kafka', 'contract/http', 'contract/bus-lean-bus', 'contract/bus-mutants'],
  ...['kafka/failing-brokers', 'kafka/example', 'kafka/dev-broker-clients', 'kafka/kafka'],
  'lean-bus/crash',
  ...['site/launch', 'site/build', 'site/keyboard', 'site/budgets', 'firefox/pages'],
  ...['site/copy-starter', 'site/csp', 'site/pages', 'site/print', 'site/motion', 'site/reflow'],
].map((name) => `/tests/${name}.test.ts`)

/**
 * Begins with the slowest files, so that none of them is waited for alone at the end. Vitest knows only of files that it has
 * run before, and takes the longest text first on a fresh clone.
 */
class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = slowest.findIndex((path) => moduleId.endsWith(path))
      return found === -1 ? slowest.length : found
    }
    return (await super.sort(files)).sort((one, other) => place(one) - place(other))
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: SlowestFirst },
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'] } },
      { test: { name: 'checks', include: ['tests/checks/**/*.test.ts'], ...two } },
      { test: { name: 'contract', include: ['tests/contract/**/*.test.ts'], ...three } },
      { test: { name: 'kafka', include: ['tests/kafka/**/*.test.ts'], ...three } },
      { test: { name: 'lean-bus', include: ['tests/lean-bus/**/*.test.ts'], ...two } },
      {
        test: {
          name: 'site',
          include: ['tests/{site,firefox}/**/*.test.ts'],
          globalSetup: ['tests/site/setup.ts'],
          ...three,
        },
      },
    ],
  },
})
