import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readLastUpdated } from '../../src/shell/updated.ts'
import { temporaryFolder } from '../tools/temporary.ts'

/** A repository whose commits each change some files, at a time of their own. */
function repository(commits: readonly { at: string; files: readonly string[] }[]): string {
  const folder = temporaryFolder({ 'content/a.mdx': '', 'content/guides/é b.mdx': '' }, tmpdir())
  const git = (at: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
      cwd: folder,
      env: { ...process.env, GIT_COMMITTER_DATE: at, GIT_AUTHOR_DATE: '2001-01-01T00:00:00Z' },
    })
  git('', 'init', '--quiet')
  for (const { at, files } of commits) {
    for (const file of files) writeFileSync(join(folder, file), at)
    git(at, 'add', '--', ...files)
    git(at, 'commit', '--quiet', '--message', 'Change')
  }
  return folder
}

const commits = [
  { at: '2026-01-01T12:00:00Z', files: ['content/a.mdx', 'content/guides/é b.mdx'] },
  // Already the next day in UTC.
  { at: '2026-02-02T23:30:00-05:00', files: ['content/guides/é b.mdx'] },
  { at: '2026-03-03T12:00:00Z', files: ['other.txt'] },
]

test('a page was updated on the day of its newest commit, in UTC', () => {
  expect([...readLastUpdated(repository(commits))].sort()).toEqual([
    ['content/a.mdx', '2026-01-01'],
    ['content/guides/é b.mdx', '2026-02-03'],
  ])
})

test('without the whole history there is no day', () => {
  const clone = temporaryFolder({}, tmpdir())
  const source = `file://${repository(commits)}`
  execFileSync('git', ['clone', '--quiet', '--depth', '1', source, clone])
  expect([...readLastUpdated(clone)]).toEqual([])
})

test('without a commit there is none either', () => {
  expect([...readLastUpdated(repository([]))]).toEqual([])
})
