import { BusError } from '../protocol/errors.ts'
import type { Folder } from './files.ts'
import { limits } from '../protocol/limits.ts'
import { openLog, type Log, type LogOptions } from './log.ts'
import { isName } from '../protocol/names.ts'

export interface LogsOptions {
  segmentBytes?: number
  /** The oldest segment of a topic goes when so much is left; unlimited. */
  retainBytes?: number
  /** The oldest segment of a topic goes when it is so old; unlimited. */
  retainMs?: number
  /** Told of torn tails. */
  warn(text: string): void
  /** Told when a write has failed. */
  failed(error: BusError): void
}

export type Logs = Awaited<ReturnType<typeof openLogs>>

/**
 * Opens all topics of a folder, and the log of the groups beside them.
 *
 * @throws BusError STORAGE, with file and position, for damage to what was
 *   acknowledged
 */
export async function openLogs(folder: Folder, options: LogsOptions) {
  const { segmentBytes, warn, failed } = options
  const { retainBytes = Infinity, retainMs = Infinity } = options
  const logs = new Map<string, Log>()
  const making = new Map<string, Promise<void>>()

  const open = async (name: string, given: LogOptions) =>
    openLog(await folder.folder(name), {
      warn: (text) => warn(`${name}/${text}`),
      failed,
      ...given,
    }).catch((error: unknown) => {
      // By itself a log does not know which one it is.
      if (!(error instanceof BusError)) throw error
      throw new BusError(error.code, `${name}/${error.message}`)
    })
  const openTopic = async (topic: string) => {
    logs.set(topic, await open(topic, segmentBytes ? { segmentBytes } : {}))
  }
  for (const name of await folder.folders()) {
    if (isName(name)) await openTopic(name)
  }
  // No topic can have this name. Small segments: it is rewritten at each roll.
  const groups = await open('__groups', {
    segmentBytes: Math.min(segmentBytes ?? Infinity, 4 * 1024 * 1024),
  })

  /** Not tried again, by whoever asks for the topic next: see log.ts. */
  function fail(cause: unknown): never {
    const detail = `a topic cannot be made: ${cause}`
    const error = new BusError('STORAGE', detail, { cause })
    failed(error)
    throw error
  }

  let retaining: Promise<void> | undefined
  async function retain() {
    const now = Date.now()
    for (const log of logs.values()) {
      await log.deleteOldest(
        ({ bytesLeft, timeMs }) =>
          bytesLeft >= retainBytes || now - timeMs > retainMs,
      )
    }
  }

  return {
    groups,
    /** @throws BusError UNKNOWN_TOPIC */
    find(topic: string) {
      const log = logs.get(topic)
      if (log) return log
      const mend = `Make it with: npm run topic -- ${topic}`
      const message = `There is no topic "${topic}". ${mend}`
      throw new BusError('UNKNOWN_TOPIC', message)
    },
    /**
     * Makes a topic that is not there.
     *
     * @throws BusError OVERLOADED for one too many, STORAGE when a write fails
     */
    async make(topic: string) {
      if (logs.has(topic)) return
      if (logs.size + making.size >= limits.topics) {
        throw new BusError('OVERLOADED', `${limits.topics} topics are there`)
      }
      const made = making.get(topic) ?? openTopic(topic).catch(fail)
      making.set(topic, made)
      await made.finally(() => making.delete(topic))
    },
    /** Deletes what need not be kept any longer. */
    retain() {
      // One at a time: a power cut must not find two deletions half done.
      retaining ??= retain().finally(() => (retaining = undefined))
      return retaining
    },
    async close() {
      await retaining
      for (const log of [...logs.values(), groups]) await log.close()
    },
  }
}
