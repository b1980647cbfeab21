/** The parts of Pagefind's JavaScript API that we use: https://pagefind.app/docs/api/ */
interface Pagefind {
  options(options: { baseUrl: string; excerptLength: number }): Promise<void>
  init(): Promise<void>
  /** `null` loads the whole index and returns every page. */
  search(query: null): Promise<{ results: { data(): Promise<Page> }[] }>
  /** Resolves with `null` if a later search replaced this one. */
  debouncedSearch(query: string): Promise<{ results: { data(): Promise<Page> }[] } | null>
}

/** A page that matches. Excerpts are HTML: the escaped text of the page with `<mark>` around each match. */
interface Page {
  url: string
  /** The text of the page. */
  content: string
  excerpt: string
  meta: { title?: string }
  sub_results: { title: string; url: string; excerpt: string }[]
}

const shownPages = 8
const shownSections = 3

class SiteSearch extends HTMLElement {
  #dialog = this.querySelector('dialog')!
  #input = this.querySelector('input')!
  #status = this.querySelector('[role=status]')!
  #list = this.querySelector('ol')!
  #pagefind: Promise<Pagefind> | undefined

  connectedCallback() {
    this.querySelector('button')!.addEventListener('click', () => this.#open())
    this.#input.addEventListener('input', () => this.#search())
    this.#dialog.addEventListener('keydown', (event) => this.#move(event))
    this.#input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return
      // Opens the first result. The default action would close the dialog.
      event.preventDefault()
      this.#list.querySelector('a')?.click()
    })
    // A result on the same page only scrolls the page under the dialog.
    this.#list.addEventListener('click', (event) => {
      if ((event.target as Element).closest('a')) this.#dialog.close()
    })
    document.addEventListener('keydown', (event) => {
      const shortcut =
        (event.key === 'k' && (event.ctrlKey || event.metaKey)) ||
        (event.key === '/' && !isTyping(event.target))
      if (!shortcut || this.#dialog.open) return
      event.preventDefault()
      this.#open()
    })
  }

  #open() {
    this.#dialog.showModal()
    this.#input.select()
    this.#load().catch(() => this.#fail())
  }

  /**
   * Fetches Pagefind and its whole index when a reader opens the search for the first time. If a part were fetched later and
   * failed, Pagefind would say that no page contains the word.
   */
  #load(): Promise<Pagefind> {
    return (this.#pagefind ??= (async () => {
      if (import.meta.env.DEV) throw new Error('Only a build writes the index.')
      const base = this.dataset['base']!.replace(/\/?$/, '/')
      // With a literal address, Vite would look for the file, which exists only after the build.
      const address = `${base}pagefind/pagefind.js`
      const pagefind = (await import(/* @vite-ignore */ address)) as Pagefind
      await pagefind.options({ baseUrl: base, excerptLength: 18 })
      await pagefind.init()
      const { results } = await pagefind.search(null)
      await Promise.all(results.map((page) => page.data()))
      return pagefind
    })())
  }

  #fail() {
    this.#list.replaceChildren()
    this.#status.textContent = import.meta.env.DEV
      ? 'Search works only in the built site, because the build writes its index.'
      : "The search index didn't load. Check the connection, then reload the page."
  }

  async #search() {
    const query = this.#input.value.trim()
    if (!query) {
      this.#status.textContent = ''
      this.#list.replaceChildren()
      return
    }
    this.#status.textContent ||= 'Searching …'
    try {
      const pagefind = await this.#load()
      const found = await pagefind.debouncedSearch(query)
      if (!found) return
      const pages = await Promise.all(found.results.map((result) => result.data()))
      if (query !== this.#input.value.trim()) return
      // Pagefind also returns pages with similar words.
      const matches = pages.filter((page) => contains(page, query))
      this.#status.textContent = describe(query, matches.length, pages.length)
      const shown = matches.length > 0 ? matches : pages
      this.#list.replaceChildren(...shown.slice(0, shownPages).map(createItem))
    } catch {
      this.#fail()
    }
  }

  /** Arrow keys move the focus through the field and the results. */
  #move(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step) return
    const stops = [this.#input, ...this.#list.querySelectorAll('a')]
    const next = stops[stops.indexOf(document.activeElement as HTMLInputElement) + step]
    if (!next) return
    event.preventDefault()
    next.focus()
  }
}

/** Whether a page contains every word of a query, and every phrase in quotes. */
function contains({ meta, content }: Page, query: string): boolean {
  const text = `${meta.title} ${content}`.toLowerCase()
  const terms = query.toLowerCase().match(/"[^"]+"|\S+/g) ?? []
  return terms.every((term) => text.includes(term.replaceAll('"', '')))
}

/** @param similar number of pages with similar words */
function describe(query: string, matches: number, similar: number): string {
  if (matches > 1) return `${matches} pages contain “${query}”`
  if (matches === 1) return `1 page contains “${query}”`
  return `No page contains “${query}”${similar > 0 ? '; the nearest are' : ''}`
}

/** A list item for a page and its best sections. The section at the top of the page has the excerpt of the page. */
function createItem(page: Page): HTMLLIElement {
  const li = document.createElement('li')
  li.append(createLink(page.url, page.meta.title ?? page.url))
  for (const { title, url, excerpt } of page.sub_results.slice(0, shownSections)) {
    const p = document.createElement('p')
    if (url !== page.url && title !== page.meta.title) p.append(createLink(url, title), ' ')
    p.insertAdjacentHTML('beforeend', excerpt)
    li.append(p)
  }
  return li
}

function createLink(href: string, text: string): HTMLAnchorElement {
  return Object.assign(document.createElement('a'), { href, textContent: text })
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

customElements.define('site-search', SiteSearch)
