import type { Example } from '../../src/model/examples/example.ts'

/** Whether an installation without optional packages differs from the usual one. StackBlitz can't run native packages. */
export function hasOptionalPackages({ files }: Example): boolean {
  const text = files.find(({ path }) => path === 'package-lock.json')?.text ?? '{"packages":{}}'
  const lockfile = JSON.parse(text) as { packages: Record<string, { optional?: boolean }> }
  return Object.values(lockfile.packages).some(({ optional }) => optional)
}
