import { fileURLToPath } from 'node:url'
import type { AstroUserConfig } from 'astro'

type Vite = NonNullable<AstroUserConfig['vite']>

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))

/** Reloads pages in `astro dev` when an example changes. Vite doesn't see these files, because the site reads them from disk. */
const reloadWithExamples: NonNullable<Vite['plugins']>[number] = {
  name: 'reload-with-examples',
  configureServer({ watcher, ws }) {
    watcher.add(examples)
    watcher.on('all', (_event, path) => {
      if (path.startsWith(examples) && !path.includes('node_modules'))
        ws.send({ type: 'full-reload' })
    })
  },
}

/** Removes the script that stores the state of Starlight's own menu, which this site replaces. */
const withoutMenuState: NonNullable<Vite['plugins']>[number] = {
  name: 'without-menu-state',
  load: {
    filter: { id: /starlight\/dist\/components-internals\/SidebarPersistState\.js$/ },
    handler: () => '',
  },
}

/** Hides a warning: Lightning CSS doesn't know the pseudo-class `:target-current`, but keeps it. */
const knownWarnings: NonNullable<Vite['plugins']>[number] = {
  name: 'known-warnings',
  configResolved({ logger }) {
    const warn = logger.warn.bind(logger)
    logger.warn = (message, options) => {
      if (!message.includes("'target-current' is not recognized")) warn(message, options)
    }
  },
}

export const vite: Vite = {
  plugins: [reloadWithExamples, withoutMenuState, knownWarnings],
  build: {
    // In bytes. Smaller scripts are part of the page; larger ones are files that the browser caches.
    assetsInlineLimit: 1024,
    rolldownOptions: {
      onLog(level, log, report) {
        // Every compiled MDX page starts with a directive for Astro, which Rolldown warns about.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log)
      },
    },
  },
}
