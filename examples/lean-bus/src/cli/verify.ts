/** `npm run verify`: checks every byte of a data folder. */
import { openSegments } from '../log/recovery.ts'
import { openData } from './scan.ts'

const DATA_DIR = process.env.DATA_DIR || 'data'
try {
  const { folder, topics } = await openData(DATA_DIR)
  for (const name of [...topics, '__groups']) {
    try {
      const log = await openSegments(await folder.folder(name))
      console.log(`${name}: ${await describe(log)}`)
    } catch (error) {
      console.error(`${name}/${(error as Error).message}`)
      process.exitCode = 1
    }
  }
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function describe({
  segments,
  end,
  torn,
}: Awaited<ReturnType<typeof openSegments>>) {
  for (const { file } of segments) await file.close()
  const bytes = segments.reduce((sum, { size }) => sum + size, 0)
  const start = segments[0]?.base ?? 0n
  const tail = torn ? `; the last ${torn} bytes are torn or not synced yet` : ''
  return `offsets ${start} to ${end}, ${bytes} bytes in ${segments.length} segments, all intact${tail}`
}
