import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../tools/temporary.ts'

const manifest = {
  id: 'demo',
  title: 'Demo',
  system: 'Demo 1',
  contract: 'http',
  runtime: 'node',
  summary: 'A service for tests.',
  guide: '/guides/demo/',
  open: 'src/app.ts',
  requires: 'Node',
  runs: { page: false, stackblitz: true, local: true },
  commands: { install: 'npm ci', test: 'npm test', start: 'npm start' },
  argv: ['node', 'src/app.ts'],
}

const packageJson = {
  scripts: { test: 'node --test', start: 'node src/app.ts' },
  stackblitz: { startCommand: 'npm start' },
}

/** A valid manifest as text, with some fields replaced. */
export function manifestWith(change: object = {}): string {
  return JSON.stringify({ ...manifest, ...change }, null, 2)
}

/** Text, bytes, or a symbolic link. */
type Content = string | Uint8Array | { link: string }

/**
 * Creates a git repository in a temporary folder with one valid example, `demo`, and adds or replaces files (undefined removes
 * one, an object is a symbolic link). The folder is removed after the test.
 */
export function repositoryWith(changed: Record<string, Content | undefined> = {}): string {
  const root = temporaryFolder({}, tmpdir())
  const files: Record<string, Content | undefined> = {
    'example.json': manifestWith(),
    'package.json': JSON.stringify(packageJson),
    'src/app.ts': 'export const answer = 42\n',
    ...changed,
  }
  for (const [path, content] of Object.entries(files)) {
    if (content === undefined) continue
    const target = join(root, 'examples/demo', path)
    mkdirSync(dirname(target), { recursive: true })
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(target, content)
    else symlinkSync(content.link, target)
    if (path.endsWith('.sh')) chmodSync(target, 0o755)
  }
  execFileSync('git', ['init', '--quiet'], { cwd: root })
  execFileSync('git', ['add', '--all'], { cwd: root })
  return root
}
