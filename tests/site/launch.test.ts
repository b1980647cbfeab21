import { existsSync, globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { format } from 'prettier'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf, nodeRuntimes } from '../../contracts/process/runtimes.ts'
import { stackblitzPayload } from '../../src/model/examples/stackblitz-payload.ts'
import { runCommand, unpack } from '../../src/model/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { examples } from './launching.ts'

/** JavaScript in one format, without comments and with the names of compiled files in imports. */
function reformat(code: string): Promise<string> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.ESNext,
      removeComments: true,
      rewriteRelativeImportExtensions: true,
      verbatimModuleSyntax: true,
    },
  })
  return format(outputText, { parser: 'babel' })
}

const [stackBlitzNode] = nodeRuntimes()

// StackBlitz is sent the published form, byte for byte (open-in-stackblitz.test.ts), and that form meets the contract on this
// Node (tests/contract). Two things differ there: npm install in place of npm ci, and compiled files in place of sources.
describeWith(stackBlitzNode.name, stackBlitzNode, (path) => {
  const runtime = { name: stackBlitzNode.name, path }

  test.each(examples)(
    'npm install and the pinned start command run the published code of $id',
    async (example) => {
      await using workspace = await unpack(example)
      const { directory } = workspace
      const read = (file: string) => readFileSync(join(directory, file), 'utf8')
      const lockfile = read('package-lock.json')
      await runCommand('npm install', directory, runtime)
      expect(read('package-lock.json'), 'npm install has installed other versions').toBe(lockfile)

      const { startCommand } = stackblitzPayload(example)
      // A Node that can't strip types runs only the compiled files.
      const env = { ...environmentOf(runtime), NODE_OPTIONS: '--no-experimental-strip-types' }
      await using service = await startProgram({ argv: ['sh', '-c', startCommand], directory, env })
      expect((await service.target.fetch('/health')).status).toBe(200)

      const compiled = globSync('**/*.js', { cwd: join(directory, 'dist') })
      expect(compiled.length).toBeGreaterThan(2)
      for (const file of compiled) {
        const name = file.replace(/\.js$/, '.ts')
        const source = existsSync(join(directory, name)) ? name : `src/${name}`
        const published = await reformat(stripTypeScriptTypes(read(source)))
        expect(await reformat(read(`dist/${file}`)), file).toBe(published)
      }
    },
  )
})
