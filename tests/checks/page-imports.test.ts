import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../tools/temporary.ts'

/** The code of contracts that runs in a reader's page. */
const entries = [
  'contracts/http/index.ts',
  'contracts/bus/index.ts',
  'contracts/bus/adapters/kafka.ts',
  'contracts/bus/adapters/lean.ts',
  'contracts/bus/driver/bus-server.ts',
  'contracts/bus/driver/driven-target.ts',
  'contracts/bus/driver/driver.ts',
]

/** Modules that a page cannot have: they start processes or read files. */
const forbidden = /^(node:)?(child_process|fs|fs\/promises)$|^execa$/

/** The specifiers of all imports that exist at run time. */
function importsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const isErased =
      (ts.isImportDeclaration(node) &&
        node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) ||
      (ts.isExportDeclaration(node) && node.isTypeOnly)
    if (isErased || ts.isTypeNode(node)) return
    const specifier =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : undefined
    if (specifier && ts.isStringLiteral(specifier)) found.push(specifier.text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** The forbidden imports that a file reaches, each as the chain of files that leads to it. */
function forbiddenChains(entry: string): string[] {
  const seen = new Set<string>()
  const follow = (file: string, chain: readonly string[]): string[] => {
    if (seen.has(file)) return []
    seen.add(file)
    const files = [...chain, file]
    return importsOf(file).flatMap((specifier) => {
      if (forbidden.test(specifier)) return [[...files, specifier].join(' > ')]
      return specifier.startsWith('.') ? follow(join(dirname(file), specifier), files) : []
    })
  }
  return follow(entry, [])
}

test.each(entries)('%s reaches no module that starts processes or reads files', (entry) => {
  expect(existsSync(entry)).toBe(true)
  expect(forbiddenChains(entry)).toEqual([])
})

test('a forbidden import is reported with its chain, through static, exported and dynamic imports', () => {
  const folder = temporaryFolder(
    {
      'entry.ts': "import './static.ts'\nimport type { A } from './types.ts'\nexport type B = A\n",
      'static.ts': "export * from './exported.ts'\nimport 'node:net'\n",
      'exported.ts':
        "import { spawn } from 'node:child_process'\nexport const later = import('./dynamic.ts')\nspawn('a')\n",
      'dynamic.ts':
        "import { readFile, type Stats } from 'node:fs'\nexport { readFile, type Stats }\n",
      'types.ts': "import 'node:child_process'\nexport type A = string\n",
    },
    tmpdir(),
  )
  const chain = ['entry', 'static', 'exported'].map((name) => join(folder, `${name}.ts`))
  expect(forbiddenChains(join(folder, 'entry.ts'))).toEqual([
    [...chain, 'node:child_process'].join(' > '),
    [...chain, join(folder, 'dynamic.ts'), 'node:fs'].join(' > '),
  ])
})
