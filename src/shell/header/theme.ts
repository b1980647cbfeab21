/** `theme.js`, which runs before the first paint, reads the same key. */
const key = 'backend-trade-offs:scheme'

const { dataset } = document.documentElement

/** `light`, `dark`, or an empty string for the preference of the system. */
export const readScheme = (): string => dataset['scheme'] ?? ''

/** Applies a color scheme and stores it if the browser allows that. */
export function applyScheme(scheme: string): void {
  if (scheme) dataset['scheme'] = scheme
  else delete dataset['scheme']
  try {
    if (scheme) localStorage.setItem(key, scheme)
    else localStorage.removeItem(key)
  } catch {
    // The browser blocks storage, so the choice applies to this page only.
  }
}
