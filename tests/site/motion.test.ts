import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { findChromium } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { chromiumOptions } from './browser.ts'

/** Every movement that a style asks for, with its seconds: `a.button transition 0.15`. One word of code moves like any other. */
const readMotion = `[...document.querySelectorAll('*:not(code > * + *)')].flatMap((element) =>
  ['', '::before', '::after', '::backdrop', '::details-content'].flatMap((part) => {
    const style = getComputedStyle(element, part || undefined)
    const longest = (times) => Math.max(...times.split(',').map((time) => parseFloat(time)))
    const name = element.localName + '.' + element.className + part
    return [
      { name: name + ' transition', seconds: longest(style.transitionDuration) + longest(style.transitionDelay) },
      { name: name + ' animation', seconds: style.animationName === 'none' ? 0 : longest(style.animationDuration) },
      { name: name + ' scrolling', seconds: style.scrollBehavior === 'smooth' ? Infinity : 0 },
    ]
  }))`

describeWith('Chromium', findChromium(), (path) => {
  const site = inject('site')
  let browser: Awaited<ReturnType<typeof chromium.launch>>
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions(path))
  })
  afterAll(() => browser?.close())

  test.each(site.pages)(
    '%s moves for 0.15 s at most, with reduced motion not at all',
    async (path) => {
      const page = await browser.newPage()
      onTestFinished(() => page.close())
      await page.goto(site.origin + path)
      for (const [reducedMotion, most] of [
        ['no-preference', 0.15],
        ['reduce', 0],
      ] as const) {
        await page.emulateMedia({ reducedMotion })
        const motion = (await page.evaluate(readMotion)) as { name: string; seconds: number }[]
        expect(motion.length).toBeGreaterThan(100)
        expect(motion.filter(({ seconds }) => seconds > most)).toEqual([])
      }
    },
  )
})
