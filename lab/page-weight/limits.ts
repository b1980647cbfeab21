import type { PageWeight } from './weigh.ts'

/** The window widths, in CSS pixels, that every page is weighed at. */
export const widths = [1280, 390] as const

/** kB, as in the budgets: 1000 bytes. */
const kB = 1000

/** The page shows whole files, or every claim with its sources. */
const showsEverything = (path: string) => /\/examples\/.+\/$|\/claims\/$/.test(path)

/** The page is the form that carries a whole project to StackBlitz; nobody reads it. */
export const isForm = (path: string) => /\/open\/[^/]+\/$/.test(path)

/** What a page may weigh, and how many requests it may make. */
const limitsOf = (path: string) => ({
  html: (showsEverything(path) ? 20 : 13) * kB,
  css: 13 * kB,
  js: 4 * kB,
  fonts: 60 * kB,
  requests: 10,
  shift: 0,
})

/** What of a page's weight is over its budget, a line each. */
export function overBudget(path: string, weight: PageWeight): string[] {
  const over = Object.entries(limitsOf(path)).flatMap(([name, limit]) => {
    const value = weight[name as keyof ReturnType<typeof limitsOf>]
    return value > limit ? [`${name} is ${value}, and may be at most ${limit}`] : []
  })
  if (!weight.readableWithoutFonts) over.push('no text is painted before the fonts have arrived')
  if (weight.fontDisplays.some((display) => /auto|block/.test(display))) {
    over.push('a font face blocks its text: give it font-display optional or swap')
  }
  return over
}
