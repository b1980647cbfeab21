import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'

/**
 * Bundles an installed example into one file.
 *
 * @param root the folder of the example, with its packages
 * @param outfile packages that read their own files find them next to it, at the same path as in the example's folder
 */
export async function bundle(root: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'src/main.ts')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    // An ES module has no `require`, which the packages in CommonJS call for modules of Node.
    banner: {
      js: [
        "import { createRequire } from 'node:module'",
        "import { fileURLToPath } from 'node:url'",
        'const require = createRequire(import.meta.url)',
        'const folderOf = (path) => fileURLToPath(new URL(path, import.meta.url))',
      ].join('\n'),
    },
    plugins: [keepFolders(root)],
    logLevel: 'error',
  })
}

/** Lets a module in CommonJS find its own folder, which esbuild would leave undefined. */
const keepFolders = (root: string): Plugin => ({
  name: 'keep-folders',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules.*\.c?js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!text.includes('__dirname')) return undefined
      const folder = JSON.stringify(relative(root, dirname(path)))
      return { contents: text.replaceAll('__dirname', `folderOf(${folder})`) }
    })
  },
})
