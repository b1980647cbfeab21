// cspell:ignore reqs milli onds
import { z } from 'astro/zod'

const digits = String.raw`\d(?:[\d.,’]*\d)?`
const words =
  '(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozens?|hundreds|thousands)'
const number = `(?:${digits}|\\b${words})`
const comparison = '(?:as|the|faster|slower|more|less|higher|lower|cheaper|bigger|smaller|fewer)'
const events =
  '(?:requests?|reqs?|orders|messages|msgs?|records|events|transactions|calls|rows|[kMG]i?B)'

const kinds: readonly RegExp[] = [
  // Percent.
  new RegExp(`${number}\\s*(?:%|percent\\b|per cent\\b|percentage points?\\b)`, 'giu'),
  // Times: 6x, 6×, 6 times, six times faster, sixfold.
  new RegExp(`${digits}\\s*(?:×|x\\b|-?fold\\b|times\\b)`, 'giu'),
  new RegExp(`\\b${words}(?:[ -]?fold\\b|\\s+times\\s+${comparison}\\b)`, 'giu'),
  // Milliseconds and less.
  new RegExp(`${number}\\s*(?:ms|[µμ]s|ns|(?:milli|micro|nano)seconds?)\\b`, 'giu'),
  // Money.
  new RegExp(`(?:[$€£¥]|\\b(?:USD|EUR|GBP)\\s)\\s*${digits}`, 'giu'),
  new RegExp(`${number}\\s*(?:€|£|\\b(?:dollars?|euros?|cents?|USD|EUR|GBP)\\b)`, 'giu'),
  // Events per second.
  new RegExp(
    `${number}\\s*k?\\s*(?:${events}\\s*(?:/|per|a|an|each|every)\\s*s(?:ec(?:onds?)?)?\\b|rps\\b|qps\\b)`,
    'giu',
  ),
]

/**
 * Finds the figures in a text, in their order, each with the index where it starts. A figure is a number that a reader could
 * quote as a measurement, so it needs a source. A status, a limit, a version or a year isn't a figure.
 */
export function figuresIn(text: string) {
  return kinds
    .flatMap((kind) => [...text.matchAll(kind)])
    .map((match) => ({ text: match[0], index: match.index }))
    .sort((a, b) => a.index - b.index)
}

/** Words on a page where there is no room for the source of a figure. */
export const WithoutFigures = z.string().refine((text) => figuresIn(text).length === 0, {
  error: "holds a figure, and there's no room for its source here",
})
