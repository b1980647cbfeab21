import { fontProviders } from 'astro/config'

/** The weight or the range of weights in a font file, and its style. */
const variant = (name: string, weight: string | number, style: 'normal' | 'italic' = 'normal') => ({
  src: [`./src/styles/fonts/${name}.woff2`] as [string],
  weight,
  style,
  /**
   * A font that arrives after the first paint is used from the next page on, so text is never hidden and lines never move. The
   * fonts of the first screen are preloaded, so they are rarely late.
   */
  display: 'optional' as const,
})
type Variant = ReturnType<typeof variant>

const family = <Variable extends `--${string}`>(
  name: string,
  cssVariable: Variable,
  fallbacks: [string, ...string[]],
  ...variants: [Variant, ...Variant[]]
) => ({ provider: fontProviders.local(), name, cssVariable, fallbacks, options: { variants } })

/** The font families of the site. `scripts/fonts.ts` writes the files. */
export const fonts = [
  family(
    'Serif',
    '--font-text',
    ['Georgia', 'serif'],
    variant('source-serif-4-text', '400 700'),
    variant('source-serif-4-text-italic', 400, 'italic'),
  ),
  family(
    'Headline',
    '--font-headline',
    ['Georgia', 'serif'],
    variant('source-serif-4-display', 600),
  ),
  family(
    'Mono',
    '--font-mono',
    ['ui-monospace', 'Menlo', 'Consolas', 'monospace'],
    variant('jetbrains-mono-nl-400', 400),
    variant('jetbrains-mono-nl-600', 600),
  ),
]
