import type { PageWeight } from './weigh.ts'

/** The window widths at which every page is weighed, in CSS pixels. */
export const widths = [1280, 390] as const

const kB = 1000

/** Pages that show whole files, or every claim with its sources. */
const showsEverything = (path: string) => /\/examples\/.+\/$|\/claims\/$/.test(path)

/** The form that carries a whole project to StackBlitz. It is no page for readers. */
export const isForm = (path: string) => /\/open\/[^/]+\/$/.test(path)

/** The budget of a page. */
const limitsOf = (path: string) => ({
  html: (showsEverything(path) ? 20 : 14) * kB,
  // One cached stylesheet for all pages, with the charts and the calculator.
  css: 12.5 * kB,
  js: 4 * kB,
  fonts: 60 * kB,
  requests: 10,
  shift: 0,
})

/** Lists what exceeds a page's budget, one sentence each. */
export function checkBudget(path: string, weight: PageWeight): string[] {
  const over = Object.entries(limitsOf(path)).flatMap(([name, limit]) => {
    const value = weight[name as keyof ReturnType<typeof limitsOf>]
    return value > limit ? [`${name} is ${value}, and its limit is ${limit}`] : []
  })
  if (!weight.isReadableWithoutFonts) over.push('no text is painted before the fonts arrive')
  if (weight.fontDisplays.some((display) => /auto|block/.test(display))) {
    over.push('a font face blocks its text: give it font-display optional or swap')
  }
  return over
}
