/** The consumer process of one sample. It checks each record. Arguments: the bus's source folder, the broker's port, the topic. */
import { load } from '../lean-bus.ts'
import { answer, cpuSeconds, exitWith } from './process.ts'
import { payloadBytes } from './record.ts'

/** What the consumer had read at the end of the measurement. */
export interface Read {
  readonly messages: number
  readonly cpuSeconds: number
}

/** Records per commit. A commit costs a sync, too much for every record of a stream that is only counted. */
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
    const number = value?.readUInt32BE()
    if (Number(offset) !== read || number !== read || value?.length !== payloadBytes) {
      throw new Error(`record ${read} was read as ${number}, ${value?.length} bytes, at ${offset}`)
    }
    read++
    if (read % commitEvery === 0) await commit()
    if (read === wanted) done.resolve(undefined)
  },
)
ended.catch(exitWith)

let cpuBefore = 0
answer({
  begin: () => (cpuBefore = cpuSeconds()),
  end: (): Read => ({ messages: read, cpuSeconds: cpuSeconds() - cpuBefore }),
  /** Answers as soon as `total` records are read. */
  async until(total) {
    wanted = total
    if (read === wanted) done.resolve(undefined)
    await done.promise
    return read
  },
})
