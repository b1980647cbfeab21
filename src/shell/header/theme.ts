/** The key under which `theme.js`, which runs before the first paint, looks for the reader's choice. */
const key = 'backend-trade-offs:scheme'

const { dataset } = document.documentElement

/** `light`, `dark`, or the empty string for what the system prefers. */
export const choice = (): string => dataset['scheme'] ?? ''

/** Shows the page in `scheme` and remembers it, as far as the browser allows. */
export function choose(scheme: string): void {
  if (scheme) dataset['scheme'] = scheme
  else delete dataset['scheme']
  try {
    if (scheme) localStorage.setItem(key, scheme)
    else localStorage.removeItem(key)
  } catch {
    // Storage is refused: the choice holds for this page.
  }
}
