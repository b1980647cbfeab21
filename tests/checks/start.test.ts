import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../../scripts/program.mjs'
import { listen } from '../../scripts/serve.ts'

/** Runs `npm start` as a reader does. */
function npmStart(env: Readonly<Record<string, string>>) {
  const child = spawn('npm', ['start'], { cwd: root, env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill())
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  return { child, lines: createInterface(child.stdout), errors: () => errors }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<string> {
  const server = await listen((_request, response) => response.end())
  await server.close()
  return new URL(server.origin).port
}

// The tests of the site run on what npm start serves, and stop it by SIGTERM (tests/site/setup.ts).
test('npm start answers 503 while it builds, and SIGTERM ends it together with the build', async () => {
  const port = await freePort()
  const { child, lines } = npmStart({ PORT: port })
  for await (const line of lines) if (line.startsWith('Building')) break
  const address = `http://127.0.0.1:${port}/`
  const response = await fetch(address)
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])

  child.kill('SIGTERM')
  await expect.poll(() => fetch(address).catch(() => 'gone'), { timeout: 10_000 }).toBe('gone')
})

test.each([
  ['a port', await freePort(), {}],
  ['the default port, for an empty HOST and PORT,', '4321', { HOST: '', PORT: '' }],
])('npm start refuses %s that is in use, before it builds anything', async (_, port, empty) => {
  // Another program may have taken the default port already.
  const other = await listen((_request, response) => response.end(), { port: Number(port) }).catch(
    () => undefined,
  )
  onTestFinished(() => other?.close())
  const { child, lines, errors } = npmStart({ PORT: port, ...empty })
  const output: string[] = []
  lines.on('line', (line) => output.push(line))
  expect(await once(child, 'close')).toEqual([1, null])
  expect(errors()).toContain(
    `Port ${port} on 127.0.0.1 is in use. Stop the program that uses it, or use another port: PORT=${Number(port) + 1} npm start`,
  )
  expect(output.join('\n')).not.toContain('Building')
})

test.each([
  [{ PORT: 'http' }, 'PORT is "http", which is not a port'],
  [{ PORT: '70000' }, 'PORT is "70000", which is not a port'],
  [
    { PORT: '0', HOST: '203.0.113.1' },
    'HOST is "203.0.113.1", which is not an address of this machine',
  ],
  [{ PORT: '0', SITE_URL: 'example.org' }, 'SITE_URL is "example.org"'],
  [{ PORT: '0', BASE_PATH: 'C:/Program Files/docs/' }, 'BASE_PATH is "C:/Program Files/docs/"'],
])('npm start refuses the setting %o and says how to fix it', async (env, message) => {
  const { child, errors } = npmStart(env)
  expect(await once(child, 'close')).toEqual([1, null])
  expect(errors()).toContain(message)
  expect(errors()).not.toContain('    at ')
})
