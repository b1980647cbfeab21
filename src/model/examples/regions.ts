import { extname } from 'node:path'
import { PlacedError } from '../placed-error.ts'

/** A named part of a file. `start` and `end` are lines of the published form, counted from 1, both included. */
export interface Region {
  readonly name: string
  readonly start: number
  readonly end: number
  /** The line of the opening marker in the repository's file. */
  readonly markerLine: number
}

const marker = (open: string, close = '') =>
  new RegExp(`^[ \\t]*${open}[ \\t]*#(region|endregion)\\b(.*?)${close}[ \\t]*$`)

const slashes = marker('//')
const hash = marker('#?')
const angle = marker('<!--', '-->')

/** The marker lines by file name extension. Other files can't have regions. */
const markers: Record<string, RegExp> = {
  '.ts': slashes,
  '.js': slashes,
  '.mjs': slashes,
  '.java': slashes,
  '.rs': slashes,
  '.py': hash,
  '.sh': hash,
  '.toml': hash,
  '.yaml': hash,
  '.yml': hash,
  '.html': angle,
  '.md': angle,
}

const nameForm = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/**
 * Finds the regions of a file and removes their marker lines. A marker is a line with only `#region name` or `#endregion` in
 * the comment syntax of the file. Regions may nest and overlap: `#endregion` closes the region opened last, `#endregion name`
 * the one of that name.
 *
 * @param path decides the comment syntax, and is part of error messages
 * @throws PlacedError with the line, for a region that is unclosed, opened twice, closed without being open, or empty
 */
export function parseRegions(path: string, source: string) {
  const regions: Region[] = []
  const pattern = markers[extname(path)]
  if (!pattern) return { text: source, regions }

  const open: Omit<Region, 'end'>[] = []
  const lines: string[] = []

  source.split('\n').forEach((line, index) => {
    const match = pattern.exec(line)
    if (!match) {
      lines.push(line)
      return
    }
    const place = { file: path, line: index + 1 }
    const name = (match[2] ?? '').trim()

    if (match[1] === 'region') {
      if (!nameForm.test(name)) {
        throw new PlacedError(
          place,
          name === '' ? 'a region without a name' : `a region cannot be named "${name}"`,
          'Write "#region name" with a name of lowercase words joined by hyphens.',
        )
      }
      const earlier = [...open, ...regions].find((region) => region.name === name)
      if (earlier) {
        throw new PlacedError(
          place,
          `region "${name}" is opened twice`,
          `It was opened on line ${earlier.markerLine} before: rename one of the two.`,
        )
      }
      open.push({ name, start: lines.length + 1, markerLine: index + 1 })
      return
    }

    const at = name === '' ? open.length - 1 : open.findIndex((region) => region.name === name)
    const [closed] = at < 0 ? [] : open.splice(at, 1)
    if (!closed) {
      throw new PlacedError(
        place,
        name === '' ? 'no region is open here' : `region "${name}" is not open here`,
        'Remove the marker, or open the region above it.',
      )
    }
    if (closed.start > lines.length) {
      throw new PlacedError(place, `region "${closed.name}" is empty`, 'Remove its two markers.')
    }
    regions.push({ ...closed, end: lines.length })
  })

  const [unclosed] = open
  if (unclosed) {
    throw new PlacedError(
      { file: path, line: unclosed.markerLine },
      `region "${unclosed.name}" is never closed`,
      'Add a line with "#endregion" after its last line.',
    )
  }
  return {
    text: lines.join('\n'),
    regions: regions.sort((a, b) => a.start - b.start || b.end - a.end),
  }
}

/** The lines of a region, without their common indentation. */
export function regionText(text: string, region: Region): string {
  const lines = text.split('\n').slice(region.start - 1, region.end)
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  const indent = Math.min(...indents)
  return lines.map((line) => line.slice(indent)).join('\n')
}

/** Counts the lines that aren't blank. */
export function codeLines(text: string): number {
  return text.split('\n').filter((line) => line.trim() !== '').length
}
