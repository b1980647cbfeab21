import { fontProviders } from 'astro/config'

const file = (name: string) => `./src/fonts/${name}.woff2`

/** The families that the styles use; `scripts/fonts.ts` writes the files. */
export const fonts = [
  {
    provider: fontProviders.local(),
    name: 'Serif',
    cssVariable: '--font-text',
    fallbacks: ['Georgia', 'serif'],
    options: {
      variants: [
        { src: [file('source-serif-4-text')], weight: '400 700', style: 'normal', display: 'swap' },
        {
          src: [file('source-serif-4-text-italic')],
          weight: 400,
          style: 'italic',
          display: 'swap',
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
        { src: [file('source-serif-4-display')], weight: 600, style: 'normal', display: 'swap' },
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
        { src: [file('jetbrains-mono-nl-400')], weight: 400, style: 'normal', display: 'swap' },
        { src: [file('jetbrains-mono-nl-600')], weight: 600, style: 'normal', display: 'swap' },
      ],
    },
  },
] as const
