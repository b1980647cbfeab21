import { describe, test } from 'vitest'
import type { Tool } from '../../scripts/find.ts'

/**
 * A `describe` whose tests need a program of the machine and receive its path. When the program is missing, one skipped test
 * takes their place, with what to install as its name; under `CI=true` that test fails.
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
