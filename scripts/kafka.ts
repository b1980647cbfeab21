/**
 * `npm run kafka`: runs real Kafka on this machine until Ctrl-C.
 *
 *   npm run kafka                      one broker on KAFKA_PORT (default 19092; 0 means any free port)
 *   npm run kafka -- --brokers 3       three brokers, on that port and the next two
 *   npm run kafka -- --keep DIR        keeps the data in DIR and uses them at the next start
 *
 * Needs Java 17 or later. The last line of output is `KAFKA_BROKERS=127.0.0.1:19092[,…]`.
 */
import { once } from 'node:events'
import { constants } from 'node:os'
import { parseArgs } from 'node:util'
import { isOptionError, OptionError } from '../lab/options.ts'
import { KafkaError } from '../servers/kafka/error.ts'
import { startKafka } from '../servers/kafka/kafka.ts'
import { findJava, requirePath } from './find.ts'

function readArguments(): { brokers: 1 | 3; keep: string | undefined } {
  const { values } = parseArgs({
    options: { brokers: { type: 'string' }, keep: { type: 'string' } },
  })
  // An option that is empty counts as not given.
  const brokers = values.brokers || '1'
  const keep = values.keep || undefined
  if (brokers === '1' || brokers === '3') return { brokers: brokers === '1' ? 1 : 3, keep }
  throw new OptionError(`--brokers is "${brokers}". Use 1 or 3: npm run kafka -- --brokers 3`)
}

/** Reads `KAFKA_PORT`. The limit leaves two ports above it for the other brokers. */
function readPort(): number {
  const text = process.env['KAFKA_PORT'] || '19092'
  if (/^\d+$/.test(text) && Number(text) <= 65533) return Number(text)
  throw new OptionError(
    `KAFKA_PORT is "${text}". Set it to a number from 0 (any free port) to 65533: KAFKA_PORT=19192 npm run kafka`,
  )
}

async function main(): Promise<void> {
  const settings = { ...readArguments(), port: readPort() }
  const java = requirePath(findJava())

  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      process.exitCode = 128 + constants.signals[signal]
      stop.abort()
    })
  }
  const { keep, ...rest } = settings
  let alive = rest.brokers as number
  await using kafka = await startKafka({
    ...rest,
    ...(keep === undefined ? {} : { keep }),
    java,
    log: console.log,
    onExit: (index, { code, signal }, lastLines) => {
      console.error(`Broker ${index + 1} exited with ${code ?? signal}. ${lastLines}`)
      if (--alive > 0) return
      process.exitCode = 1
      stop.abort()
    },
    signal: stop.signal,
  })
  console.log(
    `Kafka is ready. Ctrl-C stops it and ${keep === undefined ? 'removes its data' : `keeps its data in ${keep}`}.`,
  )
  console.log(`KAFKA_BROKERS=${kafka.brokers.join()}`)
  if (!stop.signal.aborted) await once(stop.signal, 'abort')
}

try {
  await main()
} catch (error) {
  if (!(error instanceof Error && error.name === 'AbortError')) {
    console.error(error instanceof KafkaError || isOptionError(error) ? error.message : error)
    process.exitCode = 1
  }
}
process.exit()
