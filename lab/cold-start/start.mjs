import { enableCompileCache, flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('cache', import.meta.url)))
await import('./main.mjs')
flushCompileCache()
