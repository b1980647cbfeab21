import fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BusError, LostError } from '../../examples/lean-bus/src/protocol/errors.ts'
import { endOf, sizes, startBroker, type BrokerProcess } from './broker.ts'
import { createDiskState } from './disk-state.ts'
import { connectTo, isEnd, load, readTopic } from './load.ts'
import { addBreaches, compare, createTopics, noBreaches, type Topic } from './model.ts'
import { planOf, type Plan } from './plan.ts'
import { createRandom, type Random } from '../random.ts'
import { emptySeen, type Kind } from './record.ts'
import { createRecoveries } from './recovery.ts'

export interface RigOptions {
  /** An empty folder for all that it writes. */
  readonly folder: string
  /** The source files of the broker. */
  readonly source: string
  /** Where compiled code is kept from one process to the next. */
  readonly cache: string
  /** False for the negative control. */
  readonly syncs: boolean
  /** Names its stream of random choices. */
  readonly label: string
}

/** A broker that has what was promised. */
interface Serving {
  readonly broker: BrokerProcess
  readonly port: number
}

export type Rig = ReturnType<typeof createRig>

/** So many batches are acknowledged at most before a broker is ended from outside. */
const mostBatches = 120
/** One of 25 rounds is so long that the broker looks for what it need not keep, which it does once a second. */
const long = { share: 1 / 25, ms: 1100 }
/** On a machine that is busy with something else, in milliseconds. */
const longest = 2000

/** A data folder with its broker, what was promised of it, and what its disk owes. */
export function createRig({ folder, source, cache, syncs, label }: RigOptions) {
  const data = join(folder, 'data')
  const aside = join(folder, 'aside')
  const journal = join(folder, 'journal')
  for (const path of [data, aside]) fs.mkdirSync(path, { recursive: true })
  fs.writeFileSync(journal, '')
  const disk = createDiskState(data, aside)
  const topics = createTopics(createRandom(label, 'topics'))
  const breaches = noBreaches()
  const recoveries = createRecoveries(data)
  const seen = emptySeen()
  let starts = 0

  /** Starts brokers until one serves what was promised; undefined when none will. */
  async function start(kind: Kind | undefined, random: Random): Promise<Serving | undefined> {
    for (;;) {
      const plan: Plan = kind ? planOf(kind, random, `${label}/${starts++}`) : {}
      const broker = startBroker({
        source,
        cache,
        disk: { data, aside, journal, syncs, ...plan },
      })
      const port = await broker.port
      if (port !== undefined && (await verify(broker, port))) return { broker, port }
      const { signal, code, errors } = await endOf(broker)
      const isPlanned = plan.kill ? signal === 'SIGKILL' : errors.includes('injected')
      if (!kind || !isPlanned) return refuse(topics, errors || `it ended with ${code ?? signal}`)
      seen.startsEnded++
      afterEnd(kind, random)
    }
  }

  /** Holds what a broker serves against what was promised; false when it ended meanwhile. */
  async function verify(broker: BrokerProcess, port: number): Promise<boolean> {
    try {
      const session = await connectTo(port)
      for (const topic of topics.filter(({ made }) => made)) {
        const found = await readTopic(session, topic).catch((error: unknown) => {
          if (!(error instanceof BusError)) throw error
          refuse([topic], `${error.code}, ${error.message}`)
        })
        if (found) addBreaches(breaches, compare(topic, found, sizes.retainBytes))
      }
      session.close()
    } catch (error) {
      if (error instanceof LostError) return false
      throw error
    }
    const lines = broker.errors().split('\n')
    seen.tornTails += lines.filter((line) => line.includes('a torn tail')).length
    recoveries.after(lines)
    return true
  }

  /** Nothing of what was promised can be read. */
  function refuse(of: readonly Topic[], why: string): undefined {
    const lost = of.reduce((sum, { promised }) => sum + promised.size, 0)
    const told = [`${lost} records are out of reach: ${why.trim()}`]
    addBreaches(breaches, { ...noBreaches(), lost, refused: 1, told })
  }

  /** Takes over what the disk was told, and lets the power go. */
  function afterEnd(kind: Kind, random: Random): void {
    const entries = disk.replay(journal)
    seen.faults += entries.filter(([what]) => what === 'fault').length
    if (kind === 'kill') return
    const { damages, ...undone } = disk.cut(random, recoveries.before)
    recoveries.damaged(damages)
    seen.filesDamaged += damages.length
    seen.creationsUndone += undone.creations
    seen.deletionsUndone += undone.deletions
    seen.truncationsUndone += undone.truncations
  }

  /** Publishes and consumes until the broker has ended: by itself as planned, or from outside. */
  async function serve({ broker, port }: Serving, random: Random): Promise<void> {
    const enough = Promise.withResolvers<undefined>()
    let left = random.between(0, mostBatches)
    const countDown = () => void (left-- === 0 && enough.resolve(undefined))
    const work = publishAndConsume(port, random, countDown)
    work.catch(() => {})
    const isLong = random.chance(long.share)
    const ms = isLong ? long.ms : longest
    const until = isLong ? broker.ended : Promise.race([enough.promise, broker.ended])
    await Promise.race([until, sleep(ms, undefined, { ref: false })])
    await end(broker, random)
    await work
  }

  async function publishAndConsume(
    port: number,
    random: Random,
    acknowledged: () => void,
  ): Promise<void> {
    try {
      const sessions = [await connectTo(port), await connectTo(port)] as const
      await load(sessions, topics, random, acknowledged, breaches)
      for (const session of sessions) session.close()
    } catch (error) {
      // It may end before it answers.
      if (!isEnd(error)) throw error
    }
  }

  const hasFailed = () => fs.readFileSync(journal, 'utf8').includes('"fault"')

  async function end(broker: BrokerProcess, random: Random): Promise<void> {
    const isTold = random.chance(0.15)
    if (isTold) {
      broker.signal('SIGTERM')
      await Promise.race([sleep(random.between(0, 60)), broker.ended])
    }
    // After a failure it has to end by itself.
    if (!hasFailed() && random.chance(isTold ? 0.5 : 1)) broker.signal('SIGKILL')
    const { code, errors } = await endOf(broker)
    if (isTold && code === 0) seen.cleanStops++
    else if (code !== null && !hasFailed()) throw new Error(`the broker ended by itself: ${errors}`)
  }

  return {
    topics,
    breaches,
    seen,
    folder,
    /** Where the logs lie. */
    data,
    /** The recovery that shows most, if there was any. */
    recovery: recoveries.best,
    /**
     * Does a round of each kind, one after the other: publishes and consumes, ends the broker, starts the next one and
     * looks at what that has. Stops at the first promise that is not kept. All brokers have ended when it resolves, the
     * last one in order. Gives the number of rounds.
     *
     * @param done told after each round
     * @throws Error for a broker that does not end, BusError for an answer that no crash explains
     */
    async run(kinds: readonly Kind[], done: () => void): Promise<number> {
      let finished = 0
      let serving = await start(kinds[0], createRandom(label, 'first'))
      for (const kind of kinds) {
        if (!serving || breaches.told.length > 0) break
        const random = createRandom(label, 'round', finished)
        await serve(serving, random)
        afterEnd(kind, random)
        serving = await start(kinds[++finished], random)
        done()
      }
      serving?.broker.signal('SIGTERM')
      if (serving) await endOf(serving.broker)
      for (const { groups } of topics) {
        for (const { acknowledged } of groups) seen.committed += acknowledged
      }
      return finished
    },
  }
}
