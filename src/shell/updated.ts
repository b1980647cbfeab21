import { execFileSync, spawnSync } from 'node:child_process'

/**
 * The day on which each page below `content/` was last updated, by its path in the repository: that of its newest commit,
 * ISO 8601, in UTC. A clone without the whole history does not know, and says nothing rather than a wrong day; so does a
 * repository without a commit.
 */
export function readLastUpdated(root: string): ReadonlyMap<string, string> {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } })
  const days = new Map<string, string>()
  const head = spawnSync('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd: root })
  if (head.status !== 0) return days
  if (git('rev-parse', '--is-shallow-repository').trim() === 'true') return days

  const format = ['--format=day %cd', '--date=format-local:%Y-%m-%d', '--name-only', '-z']
  let day = ''
  // The newest commit comes first; between a commit and the first of its files stands a line break.
  for (const entry of git('log', ...format, '--', 'content').split(/\0\n?/)) {
    if (entry.startsWith('day ')) day = entry.slice(4)
    else if (entry && !days.has(entry)) days.set(entry, day)
  }
  return days
}

/** Read once for all pages. */
export const lastUpdated = readLastUpdated(process.cwd())
