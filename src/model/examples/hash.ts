import { createHash } from 'node:crypto'
import type { ExampleFile } from './files.ts'

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * The hash of an example: SHA-256 over the lines `<sha256 of the file>  <path>`, sorted by path, each with a line feed at
 * its end, as `sha256sum` prints them.
 */
export function exampleHash(files: readonly ExampleFile[]): string {
  return sha256(files.map(({ path, bytes }) => `${sha256(bytes)}  ${path}\n`).join(''))
}
