/** The broker process of one sample. Arguments: the bus's source folder, the data folder, and `fsync` if it syncs. */
import { load } from '../lean-bus.ts'
import { countingFolder, type Counts } from './counting-folder.ts'
import { answer, cpuSeconds, exitWith } from './process.ts'

/** What the broker used since the measurement began. */
export interface BrokerUse extends Counts {
  readonly cpuSeconds: number
  /** Peak resident memory since the broker's start. */
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
broker.failed.catch(exitWith)

// Sampled, because the peak that Linux reports may be that of the parent process.
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
