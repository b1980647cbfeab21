import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Limits in ms. Servers, installations and browsers are slow to start on two shared cores. */
const slow = { testTimeout: 120_000, hookTimeout: 240_000 }

/** Two files at a time, because each also runs programs next to the tests. */
const two = { ...slow, maxWorkers: 2 }

/** Three files at a time, because they mostly wait: for a lease to expire, a broker to start or a network to be quiet. */
const three = { ...slow, maxWorkers: 3 }

/** The files that take half a minute or more, the slowest of each project first. */
const slowest = [
  ...['contract/bus-kafka', 'contract/http-express', 'contract/http-fastify'],
  ...['contract/bus-lean-bus', 'contract/schemathesis', 'contract/http-fastapi'],
  ...['contract/mutants', 'contract/http-axum', 'contract/mutants-fastapi'],
  ...['contract/bus-mutants', 'contract/mutants-axum', 'contract/experiments'],
  ...['kafka/example', 'kafka/dev-broker-clients', 'kafka/failing-brokers', 'kafka/kafka'],
  'lean-bus/crash',
  ...['site/every-page', 'site/launch', 'firefox/pages', 'site/glossary', 'site/build'],
  ...['site/search', 'site/claims', 'site/copy-starter', 'site/open-in-stackblitz'],
].map((name) => `/tests/${name}.test.ts`)

/**
 * Starts with the slowest files, so that none of them runs alone at the end. Vitest knows the duration only of files that it has
 * run before, and starts with the largest file on a fresh clone.
 */
class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = slowest.findIndex((path) => moduleId.endsWith(path))
      return found === -1 ? slowest.length : found
    }
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: SlowestFirst },
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'] } },
      { test: { name: 'checks', include: ['tests/checks/**/*.test.ts'], ...two } },
      {
        test: {
          name: 'contract',
          include: ['tests/contract/**/*.test.ts'],
          ...three,
          // Cargo compiles 150 packages before the first test of the Rust example.
          hookTimeout: 600_000,
        },
      },
      { test: { name: 'kafka', include: ['tests/kafka/**/*.test.ts'], ...three } },
      { test: { name: 'lab', include: ['tests/lab/**/*.test.ts'], testTimeout: 900_000 } },
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
