import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startProgram, StartError, type Program } from '../../contracts/process/program.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'

/** Starts a program of one file. */
function start(source: string, startLimit?: number): Promise<Program> {
  const directory = mkdtempSync(join(tmpdir(), 'program-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'main.mjs'), source)
  return startProgram({
    argv: ['node', 'main.mjs'],
    directory,
    env: environmentOf(thisNode()),
    ...(startLimit === undefined ? {} : { startLimit }),
  })
}

const server = `
  import { createServer } from 'node:http'
  const server = createServer((request, response) => response.end(request.url))
  server.listen(process.env.PORT, () => listening(server.address().port))
`

describe('startProgram', () => {
  test('takes the address from the first whole line that holds one', async () => {
    await using program = await start(`${server}
      function listening(port) {
        console.log('Starting ...')
        process.stdout.write('Ready: http://127.0.0.1:' + String(port).slice(0, 2))
        setTimeout(() => console.log(String(port).slice(2) + ' (stop: Ctrl+C)\\nhttp://127.0.0.1:1'), 50)
      }`)
    const response = await program.target.fetch('/a?b=c')
    expect(await response.text()).toBe('/a?b=c')
  })

  test('a program that ends says how, and what it wrote', async () => {
    const failed = start(`console.log('one'); console.error('two'); process.exit(3)`)
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow(
      /^node main\.mjs ended with 3 and printed no address\. .*one\ntwo$/s,
    )
    await expect(failed).rejects.toMatchObject({ exit: { code: 3, signal: null } })
  })

  test('a program that prints no address is given up', async () => {
    const failed = start(`console.log('Starting ...'); setInterval(() => {}, 1000)`, 500)
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow(/printed no address within 0\.5 s\. .*Starting \.\.\.$/s)
  })

  test('a program that is not there is named', async () => {
    const failed = startProgram({ argv: ['no-such-program'], directory: '.', env: {} })
    await expect(failed).rejects.toThrow(/^no-such-program could not be started: .*ENOENT/)
  })

  test('ends with all that it has started when it is disposed of', async () => {
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
})
