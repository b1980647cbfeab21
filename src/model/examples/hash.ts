import { hash } from 'node:crypto'
import type { ExampleFile } from './files.ts'

/** SHA-256 as 64 hexadecimal digits. */
export const sha256 = (bytes: Uint8Array | string): string => hash('sha256', bytes)

/** The hash of an example: SHA-256 over the lines `<sha256 of the file>  <path>` that `sha256sum` prints, sorted by path. */
export function exampleHash(files: readonly ExampleFile[]): string {
  return sha256(files.map(({ path, bytes }) => `${sha256(bytes)}  ${path}\n`).join(''))
}
