/** The broker process of one sample. Arguments: the bus's source folder, the data folder, and `fsync` if it syncs. */
import { load } from './bus.ts'
import { countingFolder, type Counts } from './counting-folder.ts'
import { answer, cpuSeconds } from './process.ts'

/** Since the measurement began; the peak since the broker's start. */
export interface BrokerUse extends Counts {
  readonly cpuSeconds: number
  readonly peakMiB: number
}

const [source = '', folder = '', durability = ''] = process.argv.slice(2)
const { listen } = await load(source, 'broker/start')
const { diskFolder } = await load(source, 'log/files')
const { openBroker } = await load(source, 'broker/broker')
const counts: Counts = { writes: 0, bytes: 0, syncs: 0 }
const counting = countingFolder(await diskFolder(folder), counts, durability === 'fsync')
const broker = await openBroker(counting, { warn: console.error })
const { port } = await listen(broker, '127.0.0.1', 0)
broker.failed.catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})

// Sampled: on Linux the peak that the system tells may be that of the process that has started this one.
let peak = 0
setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20)

let cpuBefore = 0
answer({
  port: () => port,
  begin() {
    Object.assign(counts, { writes: 0, bytes: 0, syncs: 0 })
    cpuBefore = cpuSeconds()
  },
  end: (): BrokerUse => ({
    ...counts,
    cpuSeconds: cpuSeconds() - cpuBefore,
    peakMiB: peak / 2 ** 20,
  }),
})
