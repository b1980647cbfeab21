import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { listChanges, maxChanges } from '../../src/model/history/changes.ts'
import { readHistory } from '../../src/model/history/history.ts'
import { daysOfUpdate } from '../../src/shell/page/updated.ts'
import { temporaryFolder } from '../tools/temporary.ts'

/** Creates a repository with these commits. */
function repository(commits: readonly { at: string; files: readonly string[] }[]): string {
  const folder = temporaryFolder({ 'content/a.mdx': '', 'content/guides/é b.mdx': '' }, tmpdir())
  const git = (at: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
      cwd: folder,
      env: { ...process.env, GIT_COMMITTER_DATE: at, GIT_AUTHOR_DATE: '2001-01-01T00:00:00Z' },
    })
  git('', 'init', '--quiet')
  for (const [index, { at, files }] of commits.entries()) {
    for (const file of files) writeFileSync(join(folder, file), at)
    git(at, 'add', '--', ...files)
    git(at, 'commit', '--quiet', '--message', `Change “${index}”\n\nMore words.`)
  }
  return folder
}

const commits = [
  { at: '2026-01-01T12:00:00Z', files: ['content/a.mdx', 'content/guides/é b.mdx'] },
  // Already the next day in UTC.
  { at: '2026-02-02T23:30:00-05:00', files: ['content/guides/é b.mdx'] },
  { at: '2026-03-03T12:00:00Z', files: ['other.txt'] },
]

test('the history has the commits that changed content/, newest first, in UTC', () => {
  const history = readHistory(repository(commits))
  expect(history).toEqual([
    {
      hash: expect.stringMatching(/^[0-9a-f]{40}$/),
      at: '2026-02-03T04:30:00Z',
      subject: 'Change “1”',
      files: ['content/guides/é b.mdx'],
    },
    {
      hash: expect.stringMatching(/^[0-9a-f]{40}$/),
      at: '2026-01-01T12:00:00Z',
      subject: 'Change “0”',
      files: ['content/a.mdx', 'content/guides/é b.mdx'],
    },
  ])
})

test('the last update of a page is the day of its newest commit, in UTC', () => {
  expect([...daysOfUpdate(readHistory(repository(commits)))].sort()).toEqual([
    ['content/a.mdx', '2026-01-01'],
    ['content/guides/é b.mdx', '2026-02-03'],
  ])
})

test('a page that moved keeps its earlier changes, and the move is not one', () => {
  const folder = repository(commits)
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
      cwd: folder,
    })
  for (const [from, to] of [
    ['a.mdx', 'b.mdx'],
    ['b.mdx', 'c.mdx'],
  ]) {
    git('mv', `content/${from}`, `content/${to}`)
    git('commit', '--quiet', '--message', 'Move')
  }
  const files = readHistory(folder).flatMap(({ subject, files }) =>
    files.map((file) => [subject, file]),
  )
  expect(files).toEqual([
    ['Change “1”', 'content/guides/é b.mdx'],
    ['Change “0”', 'content/c.mdx'],
    ['Change “0”', 'content/guides/é b.mdx'],
  ])
})

test('a shallow clone has no history', () => {
  const clone = temporaryFolder({}, tmpdir())
  const source = `file://${repository(commits)}`
  execFileSync('git', ['clone', '--quiet', '--depth', '1', source, clone])
  expect(readHistory(clone)).toEqual([])
})

test('a repository without commits has no history', () => {
  expect(readHistory(repository([]))).toEqual([])
})

test('a folder that git cannot read is an error and not an empty history', () => {
  expect(() => readHistory(temporaryFolder({}, tmpdir()))).toThrow('not a git repository')
})

const page = { title: 'A', path: '/a/' }
const commit = (index: number, ...files: string[]) => ({
  hash: `${index}`,
  at: '2026-01-01T12:00:00Z',
  subject: `Change ${index}`,
  files,
})

test('the list of changes has one entry per existing page and commit', () => {
  const other = { title: 'B', path: '/b/' }
  const pages = new Map([
    ['content/a.mdx', page],
    ['content/b.mdx', other],
  ])
  const history = [
    commit(1, 'content/a.mdx', 'content/b.mdx', 'content/gone.mdx'),
    commit(0, 'content/gone.mdx'),
  ]
  const changes = listChanges(history, pages)
  expect(changes.map(({ subject, page }) => [subject, page])).toEqual([
    ['Change 1', page],
    ['Change 1', other],
  ])
})

test('the list of changes has only the newest ones', () => {
  const history = Array.from({ length: maxChanges + 5 }, (_, index) =>
    commit(index, 'content/a.mdx'),
  )
  const hashes = listChanges(history, new Map([['content/a.mdx', page]])).map(({ hash }) => hash)
  expect(hashes).toEqual(history.slice(0, 50).map(({ hash }) => hash))
})
