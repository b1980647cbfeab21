/**
 * Runs the buses of an example in its own process, which can be killed and frozen. `startDriverProcess` starts it. The example
 * reads from the environment how to reach the bus.
 *
 *   node driver-program.ts <folder of the example's modules>
 */
import { flushCompileCache } from 'node:module'
import { serveBuses } from './bus-server.ts'
import { loadExampleModules } from './example-modules.ts'

const [, , folder = ''] = process.argv
const example = loadExampleModules(folder)
// Node writes compiled code, if NODE_COMPILE_CACHE asks for it, at a clean exit. A driver is killed.
example.then(
  () => flushCompileCache(),
  () => {},
)
process.on(
  'message',
  serveBuses({
    example,
    async connect() {
      const { connect, readBrokers, readSettings } = await example
      return connect(readSettings(process.env, readBrokers?.(process.env)))
    },
    send: (message) => void process.send?.(message),
  }),
)
process.once('disconnect', () => process.exit())
