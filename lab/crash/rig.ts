import fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BusError, LostError } from '../../examples/lean-bus/src/protocol/errors.ts'
import { sizes, startWatchedBroker, waitForExit, type BrokerProcess } from './broker.ts'
import { createDiskFollower } from './disk/journal.ts'
import { connect, isShutdown, readTopic, runLoad } from './load.ts'
import { addViolations, compare, createTopics, noViolations, type Topic } from './model.ts'
import { planFailure, type FailurePlan } from './plan.ts'
import { createRandom, type Random } from '../random.ts'
import { emptySeen, type Kind } from './record.ts'
import { createRecoveries } from './recovery.ts'

export interface RigOptions {
  /** A new folder for everything that the rig writes. */
  readonly folder: string
  /** The folder of the broker's source files. */
  readonly source: string
  /** Folder of compiled code that all processes share. */
  readonly cache: string
  /** False for the control. */
  readonly syncs: boolean
  /** Seed of its random choices. */
  readonly label: string
}

/** A broker that keeps what was promised. */
interface Serving {
  readonly broker: BrokerProcess
  readonly port: number
}

export type Rig = ReturnType<typeof createRig>

/** Most batches that are acknowledged before the rig kills the broker. */
const maxBatches = 120
/** One of 25 rounds is long enough for retention, which the broker runs once a second. */
const longRound = { share: 1 / 25, ms: 1100 }
/** Limit of a round on a busy machine, in ms. */
const roundTimeout = 2000

/** Creates a data folder with its broker, the promises of that, and a model of its disk. */
export function createRig({ folder, source, cache, syncs, label }: RigOptions) {
  const data = join(folder, 'data')
  const journal = join(folder, 'journal')
  fs.mkdirSync(data, { recursive: true })
  fs.writeFileSync(journal, '')
  const disk = createDiskFollower(data)
  const topics = createTopics(createRandom(label, 'topics'))
  const violations = noViolations()
  const recoveries = createRecoveries()
  const seen = emptySeen()
  let starts = 0

  /** Starts brokers until one serves what was promised. Returns undefined when none will. */
  async function start(kind: Kind | undefined, random: Random): Promise<Serving | undefined> {
    for (;;) {
      const plan: FailurePlan = kind ? planFailure(kind, random, `${label}/${starts++}`) : {}
      const broker = startWatchedBroker(source, cache, { data, journal, syncs, ...plan })
      const port = await broker.port
      if (port !== undefined && (await verify(broker, port))) return { broker, port }
      const { signal, code, stderr } = await waitForExit(broker)
      const isPlanned = plan.kill ? signal === 'SIGKILL' : stderr.includes('injected')
      if (!kind || !isPlanned)
        return addRefusal(topics, stderr || `it exited with ${code ?? signal}`)
      seen.startsEnded++
      afterExit(kind, random)
    }
  }

  /** Compares what a broker serves with what was promised. Returns false when it exited meanwhile. */
  async function verify(broker: BrokerProcess, port: number): Promise<boolean> {
    try {
      const session = await connect(port)
      for (const topic of topics.filter(({ made }) => made)) {
        const found = await readTopic(session, topic).catch((error: unknown) => {
          if (!(error instanceof BusError)) throw error
          addRefusal([topic], `${error.code}, ${error.message}`)
        })
        if (found) addViolations(violations, compare(topic, found, sizes.retainBytes))
      }
      session.close()
    } catch (error) {
      if (error instanceof LostError) return false
      throw error
    }
    const lines = broker.stderr().split('\n')
    seen.tornTails += lines.filter((line) => line.includes('a torn tail')).length
    recoveries.started(lines)
    return true
  }

  /** Counts all promised records of these topics as lost. */
  function addRefusal(refused: readonly Topic[], reason: string): undefined {
    const lost = refused.reduce((sum, { promised }) => sum + promised.size, 0)
    const messages = [`${lost} records are out of reach: ${reason.trim()}`]
    addViolations(violations, { ...noViolations(), lost, refused: 1, messages })
  }

  /** Replays the journal of a process that has exited, and cuts the power unless the round ended by SIGKILL alone. */
  function afterExit(kind: Kind, random: Random): void {
    const entries = disk.replay(journal)
    seen.faults += entries.filter(([what]) => what === 'fault').length
    if (kind === 'kill') return
    const { damages, ...undone } = disk.cutPower(random)
    recoveries.damaged(damages)
    seen.filesDamaged += damages.length
    seen.creationsUndone += undone.creations
    seen.deletionsUndone += undone.deletions
    seen.truncationsUndone += undone.truncations
  }

  /** Publishes and consumes until the broker has exited, as its plan says or because the rig ends it. */
  async function serve({ broker, port }: Serving, random: Random): Promise<void> {
    const enough = Promise.withResolvers<undefined>()
    let left = random.between(0, maxBatches)
    const countDown = () => void (left-- === 0 && enough.resolve(undefined))
    const work = publishAndConsume(port, random, countDown)
    work.catch(() => {})
    const isLong = random.chance(longRound.share)
    const ms = isLong ? longRound.ms : roundTimeout
    const until = isLong ? broker.exit : Promise.race([enough.promise, broker.exit])
    await Promise.race([until, sleep(ms, undefined, { ref: false })])
    await endBroker(broker, random)
    await work
  }

  async function publishAndConsume(port: number, random: Random, onAcknowledged: () => void) {
    try {
      const producing = await connect(port)
      const consuming = await connect(port)
      await runLoad({ producing, consuming, random, onAcknowledged, violations }, topics)
      producing.close()
      consuming.close()
    } catch (error) {
      // The broker may exit before it answers.
      if (!isShutdown(error)) throw error
    }
  }

  const hasDiskFailed = () => fs.readFileSync(journal, 'utf8').includes('"fault"')

  async function endBroker(broker: BrokerProcess, random: Random): Promise<void> {
    const isTerminated = random.chance(0.15)
    if (isTerminated) {
      broker.kill('SIGTERM')
      await Promise.race([sleep(random.between(0, 60)), broker.exit])
    }
    // After a disk failure the broker has to exit without a signal.
    if (!hasDiskFailed() && random.chance(isTerminated ? 0.5 : 1)) broker.kill('SIGKILL')
    const { code, stderr } = await waitForExit(broker)
    if (isTerminated && code === 0) seen.cleanStops++
    else if (code !== undefined && !hasDiskFailed()) {
      throw new Error(`the broker exited without a signal: ${stderr}`)
    }
  }

  return {
    topics,
    violations,
    seen,
    folder,
    /** The folder of the logs. */
    data,
    /** The recovery with the best score, if there was any. */
    bestRecovery: recoveries.best,
    /**
     * Runs rounds of these kinds. A round publishes and consumes, ends the broker, starts the next one and checks what that
     * serves. Stops at the first broken promise. All brokers have exited when it resolves, the last one cleanly.
     *
     * @param done called after each round
     * @returns the number of rounds
     * @throws Error for a broker that doesn't exit, BusError for an answer that a crash doesn't explain
     */
    async run(kinds: readonly Kind[], done: () => void): Promise<number> {
      let finished = 0
      let serving = await start(kinds[0], createRandom(label, 'first'))
      for (const kind of kinds) {
        if (!serving || violations.messages.length > 0) break
        const random = createRandom(label, 'round', finished)
        await serve(serving, random)
        afterExit(kind, random)
        serving = await start(kinds[++finished], random)
        done()
      }
      serving?.broker.kill('SIGTERM')
      if (serving) await waitForExit(serving.broker)
      for (const { groups } of topics) {
        for (const { acknowledged } of groups) seen.committed += acknowledged
      }
      return finished
    },
  }
}
