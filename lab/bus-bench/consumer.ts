/** The consumer of one sample: whose code it is, the broker's port, the topic. It checks what it reads. */
import { load } from './bus.ts'
import { answer, cpuSeconds } from './process.ts'
import { payloadBytes } from './record.ts'

/** When the measurement ended. */
export interface Read {
  readonly messages: number
  readonly cpuSeconds: number
}

/** A commit is a sync of its own: not for each record of a stream that is only counted. */
const commitEvery = 10_000

const [source = '', port, topic = ''] = process.argv.slice(2)
const { connect } = await load(source, 'bus')
const bus = await connect({ host: '127.0.0.1', port: Number(port) })
let read = 0
let wanted = Infinity
const done = Promise.withResolvers<undefined>()

const { ended } = await bus.subscribe(
  { topic, group: 'bench' },
  async ({ offset, value }, commit) => {
    const number = new DataView(value.buffer, value.byteOffset).getUint32(0)
    if (Number(offset) !== read || number !== read || value.length !== payloadBytes) {
      throw new Error(`record ${read} was read as ${number}, ${value.length} bytes, at ${offset}`)
    }
    read++
    if (read % commitEvery === 0) await commit()
    if (read === wanted) done.resolve(undefined)
  },
)
ended.catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})

let cpuBefore = 0
answer({
  begin: () => (cpuBefore = cpuSeconds()),
  end: (): Read => ({ messages: read, cpuSeconds: cpuSeconds() - cpuBefore }),
  /** Answers once so many were read. */
  async until(total) {
    wanted = total
    if (read === wanted) done.resolve(undefined)
    await done.promise
    return read
  },
})
