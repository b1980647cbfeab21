import { fontProviders } from 'astro/config'

const file = (name: string) => `./src/styles/fonts/${name}.woff2`

/**
 * A font that arrives after the first paint is used from the next page on, so text is never hidden and lines never move. The
 * fonts of the first screen are preloaded, so they are rarely late.
 */
const display = 'optional'

/** The font families of the site. `scripts/fonts.ts` writes the files. */
export const fonts = [
  {
    provider: fontProviders.local(),
    name: 'Serif',
    cssVariable: '--font-text',
    fallbacks: ['Georgia', 'serif'],
    options: {
      variants: [
        {
          src: [file('source-serif-4-text')],
          weight: '400 700',
          style: 'normal',
          display,
        },
        {
          src: [file('source-serif-4-text-italic')],
          weight: 400,
          style: 'italic',
          display,
        },
      ],
    },
  },
  {
    provider: fontProviders.local(),
    name: 'Headline',
    cssVariable: '--font-headline',
    fallbacks: ['Georgia', 'serif'],
    options: {
      variants: [
        {
          src: [file('source-serif-4-display')],
          weight: 600,
          style: 'normal',
          display,
        },
      ],
    },
  },
  {
    provider: fontProviders.local(),
    name: 'Mono',
    cssVariable: '--font-mono',
    fallbacks: ['ui-monospace', 'Menlo', 'Consolas', 'monospace'],
    options: {
      variants: [
        { src: [file('jetbrains-mono-nl-400')], weight: 400, style: 'normal', display },
        { src: [file('jetbrains-mono-nl-600')], weight: 600, style: 'normal', display },
      ],
    },
  },
] as const
