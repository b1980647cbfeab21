import { defineConfig } from 'vitest/config'

/** Starting servers, installing packages and steering browsers takes its time, more so on two shared cores. */
const slow = { testTimeout: 120_000, hookTimeout: 240_000 }

/** Against the built site. Two files at a time: each drives a browser of its own, and there may be two cores. */
const browser = { ...slow, globalSetup: ['tests/site/setup.ts'], maxWorkers: 2 }

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'] } },
      { test: { name: 'checks', include: ['tests/checks/**/*.test.ts'], maxWorkers: 2, ...slow } },
      { test: { name: 'contract', include: ['tests/contract/**/*.test.ts'], ...slow } },
      { test: { name: 'site', include: ['tests/site/**/*.test.ts'], ...browser } },
      { test: { name: 'firefox', include: ['tests/firefox/**/*.test.ts'], ...browser } },
    ],
  },
})
