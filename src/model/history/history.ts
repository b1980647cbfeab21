import { execFileSync, spawnSync } from 'node:child_process'

/** A commit that changed a file in `content/`. */
export interface Commit {
  readonly hash: string
  /** Commit time: ISO 8601, UTC. */
  readonly at: string
  /** The first line of its message. */
  readonly subject: string
  /** Paths in the repository, by the names that the files have today. */
  readonly files: readonly string[]
}

/**
 * Reads the commits that changed a file in `content/`, newest first. A file that moved keeps its earlier changes, and its move
 * isn't one, because the page stays where readers have it. Returns none for a repository without commits, or for a shallow clone,
 * whose list would be wrong.
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
    '--name-status',
    '--find-renames=90%',
    '-z',
  ]
  const [, ...commits] = git('log', ...format, '--', 'content').split('\x1e')
  /** Today's name of each file that moved later than the commit at hand. */
  const moved = new Map<string, string>()
  const history = commits.map((text): Commit => {
    // Git writes a line break between a commit and its first file.
    const [head = '', ...changes] = text.split(/\0\n?/)
    const [hash = '', at = '', subject = ''] = head.split('\x1f')
    const files: string[] = []
    for (let index = 0; changes[index]; index += 2) {
      const [status = '', path = '', to = ''] = changes.slice(index)
      if (status.startsWith('R')) {
        moved.set(path, moved.get(to) ?? to)
        index += 1
      } else files.push(moved.get(path) ?? path)
    }
    return { hash, at, subject, files }
  })
  // Git lists a commit before its parents, even if its time is earlier.
  return history.sort((a, b) => b.at.localeCompare(a.at))
}

/** Read once for all pages. */
export const history = readHistory(process.cwd())
