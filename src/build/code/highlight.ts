import { extname } from 'node:path'
import { bundledLanguages, codeToTokensBase, isSpecialLang, type BundledLanguage } from 'shiki'
import { runs, theme } from './kinds.ts'

/** The Shiki language of a file by its extension, or `text` for an unknown one. */
export function fileLanguage(path: string): string {
  const extension = extname(path).slice(1)
  return extension in bundledLanguages ? extension : 'text'
}

/**
 * Highlights code as the content of a `<code>` element. Each run of one kind is in `<i class=k>`, with a letter from
 * `kinds.ts`; plain text has no element.
 *
 * @param language a language or alias of Shiki, or `text`
 */
export async function highlight(code: string, language: string): Promise<string> {
  if (!isSpecialLang(language) && !(language in bundledLanguages)) {
    throw new Error(`Shiki has no language "${language}". Write "text" for plain text.`)
  }
  const lines = await codeToTokensBase(code, {
    lang: language as BundledLanguage,
    theme,
    // Shiki gives up on a line after 500 ms by default, so on a busy machine two builds would differ.
    tokenizeTimeLimit: 0,
  })
  return lines
    .map((line) =>
      runs(line)
        .map(({ kind, text }) => (kind ? `<i class=${kind}>${escape(text)}</i>` : escape(text)))
        .join(''),
    )
    .join('\n')
}

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
