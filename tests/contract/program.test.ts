import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startProgram, StartError, type Program } from '../../contracts/process/program.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'

/** Starts a program that consists of one file with this source. */
function start(source: string, startTimeout?: number): Promise<Program> {
  const directory = mkdtempSync(join(tmpdir(), 'program-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'main.mjs'), source)
  return startProgram({
    argv: ['node', 'main.mjs'],
    directory,
    env: environmentOf(thisNode()),
    ...(startTimeout === undefined ? {} : { startTimeout }),
  })
}

const server = `
  import { createServer } from 'node:http'
  const server = createServer((request, response) => response.end(request.url))
  server.listen(process.env.PORT, () => listening(server.address().port))
`

test('startProgram reads the address from the first complete line that contains one', async () => {
  await using program = await start(`${server}
      function listening(port) {
        console.log('Starting ...')
        process.stdout.write('Ready: http://127.0.0.1:' + String(port).slice(0, 2))
        setTimeout(() => console.log(String(port).slice(2) + ' (stop: Ctrl+C)\\nhttp://127.0.0.1:1'), 50)
      }`)
  const response = await program.target.fetch('/a?b=c')
  expect(await response.text()).toBe('/a?b=c')
})

test('startProgram rejects with exit code and output when the program ends without an address', async () => {
  const failed = start(`console.log('one'); console.error('two'); process.exit(3)`)
  await expect(failed).rejects.toThrow(StartError)
  await expect(failed).rejects.toThrow(
    /^node main\.mjs printed no address and ended with exit code 3\. .*one\ntwo$/s,
  )
  await expect(failed).rejects.toMatchObject({ exit: { code: 3, signal: null } })
})

test('startProgram rejects with the output when the program prints no address in time', async () => {
  const failed = start(`console.log('Starting ...'); setInterval(() => {}, 1000)`, 500)
  await expect(failed).rejects.toThrow(StartError)
  await expect(failed).rejects.toThrow(/printed no address within 0\.5 s\. .*Starting \.\.\.$/s)
})

test('startProgram names a program that does not exist', async () => {
  const failed = startProgram({ argv: ['no-such-program'], directory: '.', env: {} })
  await expect(failed).rejects.toThrow(/^no-such-program could not be started: .*ENOENT/)
})

test('disposing of a program also kills the processes that it has started', async () => {
  const program = await start(`
      import { spawn } from 'node:child_process'
      const [, , role] = process.argv
      if (role !== 'child') spawn(process.execPath, ['main.mjs', 'child'], { stdio: 'inherit' })
      ${server}
      function listening(port) { console.log('http://127.0.0.1:' + port) }`)
  const addresses = () => program.stdout().match(/http:.+/g) ?? []
  await expect.poll(addresses).toHaveLength(2)
  for (const address of addresses()) expect((await fetch(address)).status).toBe(200)

  await program[Symbol.asyncDispose]()
  for (const address of addresses()) await expect(fetch(address)).rejects.toThrow('fetch failed')
  expect(await program.exit).toEqual({ code: null, signal: 'SIGKILL' })
})
