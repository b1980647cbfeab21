import { execFileSync, spawnSync } from 'node:child_process'

/** A commit that changed something below `content/`. */
export interface Commit {
  readonly hash: string
  /** When it was committed: ISO 8601, in UTC. */
  readonly at: string
  /** The first line of its message. */
  readonly subject: string
  /** Paths in the repository. */
  readonly files: readonly string[]
}

/**
 * The commits that changed something below `content/`, the newest first. A clone without the whole history does not know
 * them, and gives none rather than wrong ones; so does a repository without a commit.
 */
export function readHistory(root: string): readonly Commit[] {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } })
  const head = spawnSync('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd: root })
  if (head.status !== 0) return []
  if (git('rev-parse', '--is-shallow-repository').trim() === 'true') return []

  const format = [
    '--format=%x1e%H%x1f%cd%x1f%s',
    '--date=format-local:%Y-%m-%dT%H:%M:%SZ',
    '--name-only',
    '-z',
  ]
  const [, ...commits] = git('log', ...format, '--', 'content').split('\x1e')
  const history = commits.map((text): Commit => {
    // Between a commit and the first of its files stands a line break.
    const [head = '', ...files] = text.split(/\0\n?/)
    const [hash = '', at = '', subject = ''] = head.split('\x1f')
    return { hash, at, subject, files: files.filter(Boolean) }
  })
  // Git puts a commit before its parents, whatever the clocks said.
  return history.sort((a, b) => b.at.localeCompare(a.at))
}

/** Read once for all pages. */
export const history = readHistory(process.cwd())
