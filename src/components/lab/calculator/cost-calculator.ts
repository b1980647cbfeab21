const form = document.querySelector<HTMLFormElement>('.calculator > form')!
const query = new URLSearchParams(location.search)

/** Loads the calculation, which only a reader with inputs of their own needs. */
const start = () => void import('./calculate-cost.ts')

if ([...form.querySelectorAll('input')].some(({ name }) => query.has(name))) start()
else form.addEventListener('focusin', start, { once: true })

// Makes this file a module, so its names aren't global.
export {}
