import { defineConfig } from 'vitest/config'

/** Starting servers, installing packages and steering browsers takes its time, more so on two shared cores. */
const slow = { testTimeout: 120_000, hookTimeout: 240_000 }

/** Files one after another: each drives a browser of its own, and the machine may have two cores. */
const browser = { ...slow, fileParallelism: false }

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.ts'] } },
      { test: { name: 'checks', include: ['tests/checks/**/*.test.ts'], ...slow } },
      { test: { name: 'contract', include: ['tests/contract/**/*.test.ts'], ...slow } },
      { test: { name: 'site', include: ['tests/site/**/*.test.ts'], globalSetup: ['tests/site/setup.ts'], ...browser } },
      { test: { name: 'firefox', include: ['tests/firefox/**/*.test.ts'], globalSetup: ['tests/site/setup.ts'], ...browser } },
    ],
  },
})
