import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration } from 'astro'
import * as pagefind from 'pagefind'

/**
 * Writes the search index to `/pagefind/`.
 *
 * Starlight's own integration lets Pagefind write the files. Pagefind 1.5 may report them as written too early and is then
 * stopped, so some builds had an empty `pagefind-entry.json` (https://github.com/Pagefind/pagefind/issues/1271). Here Pagefind
 * returns the bytes and this process writes them.
 *
 * @throws Error if Pagefind reports one
 */
export const searchIndex = {
  name: 'search-index',
  hooks: {
    'astro:build:done': async ({ dir }) => {
      try {
        const created = await pagefind.createIndex()
        const { index } = created
        if (!index) throw new Error(created.errors.join('\n'))
        const added = await index.addDirectory({ path: fileURLToPath(dir) })
        const { errors, files } = await index.getFiles()
        if (added.errors.length + errors.length > 0)
          throw new Error([...added.errors, ...errors].join('\n'))
        const folder = fileURLToPath(new URL('pagefind/', dir))
        for (const { path, content } of files.filter(({ path }) => !isUnused(path))) {
          const file = join(folder, path)
          mkdirSync(dirname(file), { recursive: true })
          writeFileSync(file, content)
        }
      } finally {
        await pagefind.close()
      }
    },
  },
} satisfies AstroIntegration

/** Pagefind's own search boxes and highlighter. This site has `src/shell/header/search.ts` instead. */
const isUnused = (path: string) => /^pagefind-(highlight|(component-|modular-)?ui)\./.test(path)
