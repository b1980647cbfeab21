import { delimiter, dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startProgram } from '../../contracts/process/program.ts'
import { defaultRuntime, environmentOf } from '../../contracts/process/runtimes.ts'
import { findUv } from '../../scripts/find.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { unpack } from '../../src/model/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { describeHttpExample } from './http-example.ts'

describeHttpExample('fastapi')

describe('README of fastapi', () => {
  const example = readExample('fastapi')
  const readme = example.files.find(({ path }) => path === 'README.md')?.text ?? ''
  const blocks = [...readme.matchAll(/^```sh\n(.*?)\n```$/gms)].map(([, lines = '']) => lines)
  const [withPip, withUv = '', tests] = blocks.map((lines) => lines.replaceAll('\n', ' && '))

  test('the README shows the commands that are tested', () => {
    const { install, start, test } = example.manifest.commands
    expect([withPip, tests]).toEqual([`${install} && ${start}`, test])
  })

  describeWith('uv', findUv(), (uv) => {
    test('the line for uv starts the service in an empty folder', async () => {
      expect(withUv).toMatch(/^uv /)
      await using workspace = await unpack(example)
      const env = environmentOf(defaultRuntime('python'))
      await using program = await startProgram({
        argv: ['sh', '-c', withUv],
        directory: workspace.directory,
        env: { ...env, PATH: [dirname(uv), env['PATH']].join(delimiter) },
      })
      expect((await program.target.fetch('/health')).status).toBe(200)
    })
  })
})
