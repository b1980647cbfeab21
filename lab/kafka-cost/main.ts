import { execa } from 'execa'
import { parseArgs } from 'node:util'
import { kafkaVersion } from '../../servers/kafka/jars.ts'
import { readInteger } from '../options.ts'
import { thisMachine } from '../record.ts'
import { inputHash, kafkaCostRecord } from './record.ts'
import { measure, published } from './run.ts'

/**
 * `npm run lab -- kafka-cost`: starts Kafka with one broker, with three, and the dev broker in turn, and measures how long each
 * takes to become ready and how much memory it uses. Needs an idle machine and Java 17.
 *
 *   npm run lab -- kafka-cost                 five rounds
 *   npm run lab -- kafka-cost --rounds 2      a quick try
 *   npm run lab -- kafka-cost --record        also writes lab/kafka-cost/record.json
 *
 * @param java path of the program
 */
export async function main(args: string[], java: string): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      record: { type: 'boolean', default: false },
    },
  })
  const rounds = readInteger('rounds', values.rounds, 5, 1)
  const hash = inputHash()
  const { samples, flags } = await measure(java, rounds, (sample) => {
    console.log(JSON.stringify(sample))
  })
  if (!values.record) return

  const { stderr } = await execa(java, ['-version'])
  const [, javaVersion = ''] = / version "([^"]+)"/.exec(stderr) ?? []
  const { machine, versions } = thisMachine()
  kafkaCostRecord.write({
    schema: 1,
    command: `npm run lab -- kafka-cost --rounds ${rounds}`,
    hash,
    machine,
    versions: { kafka: kafkaVersion, java: javaVersion, ...versions },
    flags,
    published,
    samples,
  })
}
