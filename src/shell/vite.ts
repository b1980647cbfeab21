import { fileURLToPath } from 'node:url'
import type { AstroUserConfig } from 'astro'

type Vite = NonNullable<AstroUserConfig['vite']>

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))

/** In `astro dev`, pages show what an example says now: its files are read from disk, so Vite does not see them. */
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

/** Starlight keeps the state of its own menu, which this site does not have: its script would find nothing to do. */
const withoutMenuState: NonNullable<Vite['plugins']>[number] = {
  name: 'without-menu-state',
  load: {
    filter: { id: /starlight\/dist\/components-internals\/SidebarPersistState\.js$/ },
    handler: () => '',
  },
}

/** Lightning CSS does not know the pseudo-class by which the contents mark the current section, and lets it through. */
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
    // What is smaller stands in the page itself; larger scripts are files, which a browser keeps.
    assetsInlineLimit: 1024,
    rolldownOptions: {
      onLog(level, log, report) {
        // Every compiled MDX page begins with a directive that only Astro reads.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log)
      },
    },
  },
}
