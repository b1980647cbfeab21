import { defineConfig } from 'vitest/config'

/** Starting servers, installing packages and steering browsers takes its time, more so on two shared cores. */
const slow = { testTimeout: 120_000, hookTimeout: 240_000 }

/** Two files at a time: each runs a program or a browser of its own beside the test, and there may be two cores. */
const two = { ...slow, maxWorkers: 2 }

/** Against the built site. Three files at a time: much of a browser's time is spent waiting for a quiet network. */
const browser = { ...slow, maxWorkers: 3, globalSetup: ['tests/site/setup.ts'] }

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'] } },
      { test: { name: 'checks', include: ['tests/checks/**/*.test.ts'], ...two } },
      { test: { name: 'contract', include: ['tests/contract/**/*.test.ts'], ...two } },
      { test: { name: 'kafka', include: ['tests/kafka/**/*.test.ts'], ...two } },
      { test: { name: 'lean-bus', include: ['tests/lean-bus/**/*.test.ts'], ...two } },
      { test: { name: 'site', include: ['tests/{site,firefox}/**/*.test.ts'], ...browser } },
    ],
  },
})
