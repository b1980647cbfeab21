import { tarGz, zip } from './archive.ts'
import type { Example } from './example.ts'
import { sha256 } from './hash.ts'

/** An archive of an example in `/starters/`. */
export type StarterArchive = Awaited<ReturnType<typeof starterArchives>>[number]

/** Packs both archives of an example. */
export async function starterArchives(example: Example) {
  const archive = (name: string, bytes: Uint8Array, mediaType: string) => ({
    name,
    bytes,
    sha256: sha256(bytes),
    mediaType,
  })
  return [
    archive(`${example.id}.zip`, zip(example), 'application/zip'),
    archive(`${example.id}.tar.gz`, await tarGz(example), 'application/gzip'),
  ]
}

/**
 * One shell line that downloads, unpacks, installs and starts an example, with the commands of its manifest.
 *
 * @param absoluteUrl returns the full address of a path on this site
 */
export function starterLine(example: Example, absoluteUrl: (path: string) => string): string {
  const { install, start } = example.manifest.commands
  const archive = absoluteUrl(`/starters/${example.id}.tar.gz`)
  return `curl -fsSL ${archive} | tar -xz && cd ${example.id} && ${install} && ${start}`
}
