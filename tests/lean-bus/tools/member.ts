/**
 * `node member.ts PORT`: a member of group `g` on the topic `orders`, in its own process, so that a test can freeze it. It
 * prints the key of each record, waits for a line on its standard input, commits, and prints `committed` or the error code.
 */
import { createInterface } from 'node:readline'
import { connect } from '../../../examples/lean-bus/src/bus.ts'

const [port] = process.argv.slice(2)
const lines = createInterface(process.stdin)[Symbol.asyncIterator]()
const bus = await connect({ host: '127.0.0.1', port: Number(port) })
await bus.subscribe({ topic: 'orders', group: 'g' }, async ({ key }, commit) => {
  console.log(String(key))
  await lines.next()
  await commit().then(
    () => console.log('committed'),
    (error: Error & { code?: string }) => console.log(error.code),
  )
})
