import { gzipSync, zipSync, type Zippable } from 'fflate'
import { packTar } from 'modern-tar'
import type { Example } from './example.ts'

/** Both formats need a date. A fixed date makes the bytes the same in every build. */
const date = { year: 2000, month: 0, day: 1 }

/** The code in a zip file for the system that wrote it. With Unix, the file permissions apply. */
const unix = 3

/** Packs a starter as a zip file with one folder `<id>/`. The bytes are the same in every build on every machine. */
export function zip(example: Example): Uint8Array {
  // A zip file stores local time.
  const mtime = new Date(date.year, date.month, date.day)
  const entries: Zippable = {}
  for (const { path, mode, bytes } of example.files) {
    entries[`${example.id}/${path}`] = [bytes, { mtime, level: 9, os: unix, attrs: mode << 16 }]
  }
  return zipSync(entries)
}

/** Packs a starter as a gzipped tar file with one folder `<id>/`. The bytes are the same in every build on every machine. */
export async function tarGz(example: Example): Promise<Uint8Array> {
  const mtime = new Date(Date.UTC(date.year, date.month, date.day))
  const tar = await packTar(
    example.files.map(({ path, mode, bytes }) => ({
      header: {
        name: `${example.id}/${path}`,
        size: bytes.length,
        mode,
        mtime,
        type: 'file',
        uid: 0,
        gid: 0,
      },
      body: bytes,
    })),
  )
  // With node:zlib, the bytes would differ between versions and platforms.
  return gzipSync(tar, { level: 9, mtime: 0 })
}
