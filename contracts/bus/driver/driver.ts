/**
 * Runs the buses of an example in a process of its own, which can be killed and frozen. Started by `startDriverProcess`,
 * with the folder of the example's modules; how to reach the bus, the example reads from the environment.
 *
 *   node driver.ts <folder>
 */
import { driveBuses } from './driving.ts'
import { loadExample } from './modules.ts'

const [, , folder = ''] = process.argv
const example = loadExample(folder)
process.on(
  'message',
  driveBuses({
    example,
    async connect() {
      const { connect, readBrokers, readSettings } = await example
      return connect(readSettings(process.env, readBrokers?.(process.env)))
    },
    say: (word) => void process.send?.(word),
  }),
)
process.once('disconnect', () => process.exit())
