import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { listen } from '../../scripts/serve.ts'

/** Runs `npm start` as a reader does. Lines are handed over as they come. */
function npmStart(env: Readonly<Record<string, string>>) {
  const child = spawn('npm', ['start'], { cwd: root, env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill())
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  return { child, lines: createInterface(child.stdout), errors: () => errors }
}

test('builds, serves and prints the address last; a signal to npm ends all of it', async () => {
  const { child, lines } = npmStart({ PORT: '0' })
  let last = ''
  for await (last of lines) if (last.startsWith('http://')) break
  expect(last).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)

  const page = await fetch(last)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain(`<link rel="canonical" href="${last}"`)

  child.kill('SIGTERM')
  await expect.poll(() => fetch(last).catch(() => 'gone'), { timeout: 10_000 }).toBe('gone')
})

test('a busy port is refused before anything is built', async () => {
  const other = await listen((_request, response) => response.end())
  onTestFinished(() => other.close())
  const { port } = new URL(other.origin)
  const { child, lines, errors } = npmStart({ PORT: port })
  const output: string[] = []
  lines.on('line', (line) => output.push(line))
  expect(await once(child, 'close')).toEqual([1, null])
  expect(errors()).toContain(
    `Port ${port} on 127.0.0.1 is in use. Stop what uses it, or take another: PORT=${Number(port) + 1} npm start`,
  )
  expect(output.join('\n')).not.toContain('Building')
})

test.each([
  [{ PORT: 'http' }, 'PORT is "http", which is no port'],
  [{ PORT: '70000' }, 'PORT is "70000", which is no port'],
  [
    { PORT: '0', HOST: '203.0.113.1' },
    'HOST is "203.0.113.1", which is no address of this machine',
  ],
  [{ PORT: '0', SITE_URL: 'example.org' }, 'SITE_URL is "example.org"'],
])('%o is refused with the mend', async (env, message) => {
  const { child, errors } = npmStart(env)
  expect(await once(child, 'close')).toEqual([1, null])
  expect(errors()).toContain(message)
  expect(errors()).not.toContain('    at ')
})
