import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

let modules = 0
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:')) modules += 1
    return nextLoad(url, context)
  },
})

// main.ts waits at its top level until it listens, so this waits too.
await import(pathToFileURL(process.argv[2]).href)
console.log(`modules loaded: ${modules}`)
process.exit()
