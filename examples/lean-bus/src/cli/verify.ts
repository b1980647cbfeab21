/** `npm run verify`: checks every byte of a data folder. */
import { BusError } from '../protocol/errors.ts'
import { openData, openLog } from './scan.ts'

const DATA_DIR = process.env.DATA_DIR || 'data'
try {
  const { folder, topics } = await openData(DATA_DIR)
  for (const name of [...topics, '__groups']) {
    try {
      console.log(`${name}: ${await describe(await openLog(folder, name))}`)
    } catch (error) {
      const { message } = error as Error
      // A log doesn't know its own name, but the system names the file.
      console.error(error instanceof BusError ? `${name}/${message}` : message)
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
}: Awaited<ReturnType<typeof openLog>>) {
  for (const { file } of segments) await file.close()
  const bytes = segments.reduce((sum, { size }) => sum + size, 0)
  const start = segments[0]?.base ?? 0n
  const tail = torn ? `; the last ${torn} bytes are torn or not synced yet` : ''
  return `offsets ${start} to ${end}, ${bytes} bytes in ${segments.length} segments, all intact${tail}`
}
