import { describe, test } from 'vitest'
import type { Tool } from '../../scripts/find.ts'

/**
 * A `describe` whose tests need a program of the machine, which they are given the path of. Without it there is one test in
 * their place that is skipped, and named after what to install; under `CI=true` that test fails.
 */
export function describeWith(name: string, tool: Tool, define: (path: string) => void): void {
  describe(name, () => {
    if (tool.path !== undefined) return define(tool.path)
    const { missing } = tool
    test.runIf(process.env['CI'] === 'true')(missing, () => {
      throw new Error(missing)
    })
  })
}
