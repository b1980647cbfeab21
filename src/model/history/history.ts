import { execFileSync, spawnSync } from 'node:child_process'

/** A commit that changed a file in `content/`. */
export interface Commit {
  readonly hash: string
  /** Commit time: ISO 8601, UTC. */
  readonly at: string
  /** The first line of its message. */
  readonly subject: string
  /** Paths in the repository. */
  readonly files: readonly string[]
}

/**
 * Reads the commits that changed a file in `content/`, newest first. Returns none for a repository without commits, or for a
 * shallow clone, whose list would be wrong.
 *
 * @throws Error with the output of git when it cannot read the repository
 */
export function readHistory(root: string): readonly Commit[] {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } })
  const head = spawnSync('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd: root })
  // With any other error, such as a repository of another user, the next command fails and says why.
  if (head.status === 1) return []
  if (git('rev-parse', '--is-shallow-repository').trim() === 'true') return []

  const format = [
    '--format=%x1e%H%x1f%cd%x1f%s',
    '--date=format-local:%Y-%m-%dT%H:%M:%SZ',
    '--name-only',
    '-z',
  ]
  const [, ...commits] = git('log', ...format, '--', 'content').split('\x1e')
  const history = commits.map((text): Commit => {
    // Git writes a line break between a commit and its first file.
    const [head = '', ...files] = text.split(/\0\n?/)
    const [hash = '', at = '', subject = ''] = head.split('\x1f')
    return { hash, at, subject, files: files.filter(Boolean) }
  })
  // Git lists a commit before its parents, even if its time is earlier.
  return history.sort((a, b) => b.at.localeCompare(a.at))
}

/** Read once for all pages. */
export const history = readHistory(process.cwd())
