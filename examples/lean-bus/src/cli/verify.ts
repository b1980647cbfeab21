/** `npm run verify`: checks every byte of a data folder. */
import { openSegments } from '../log/recovery.ts'
import { openData } from './scan.ts'

const { DATA_DIR = 'data' } = process.env
try {
  const { folder, topics } = await openData(DATA_DIR)
  for (const name of [...topics, '__groups']) {
    await verify(name).catch(({ message }) => {
      console.error(`${name}/${message}`)
      process.exitCode = 1
    })
  }

  async function verify(name: string) {
    const { segments, end, torn } = await openSegments(
      await folder.folder(name),
    )
    for (const { file } of segments) await file.close()
    const bytes = segments.reduce((sum, { size }) => sum + size, 0)
    const start = segments[0]?.base ?? 0n
    const tail = torn
      ? `; ${torn} bytes behind them are torn, or not synced yet`
      : ''
    console.log(
      `${name}: offsets ${start} to ${end}, ${bytes} bytes in ${segments.length} segments, all as they were written${tail}`,
    )
  }
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
