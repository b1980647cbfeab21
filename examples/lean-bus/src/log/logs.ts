import { BusError } from '../protocol/errors.ts'
import { limits } from '../protocol/limits.ts'
import { isName } from '../protocol/names.ts'
import type { Folder } from './files.ts'
import { openLog, type Log } from './log.ts'

export interface LogsOptions {
  segmentBytes?: number
  /** Deletes a topic's oldest segment if this much is left. Unlimited. */
  retainBytes?: number
  /** Deletes a topic's oldest segment at this age. Unlimited. */
  retainMs?: number
  /** Called for each torn tail. */
  warn(text: string): void
  /** Called when a write has failed. */
  failed(error: BusError): void
}

/**
 * Opens the logs of all topics in a folder, and the log of the groups.
 *
 * @throws BusError STORAGE, with file and position, when acknowledged bytes are
 *   damaged
 */
export async function openLogs(folder: Folder, options: LogsOptions) {
  const { segmentBytes = 2 ** 26, warn, failed } = options
  const { retainBytes = Infinity, retainMs = Infinity } = options
  const logs = new Map<string, Log>()
  const creating = new Map<string, Promise<void>>()

  const open = async (name: string, maxSegmentBytes: number) =>
    openLog(await folder.folder(name), {
      segmentBytes: maxSegmentBytes,
      warn: (text) => warn(`${name}/${text}`),
      failed,
    }).catch((error: unknown) => {
      // A log doesn't know its own name.
      if (!(error instanceof BusError)) throw error
      throw new BusError(error.code, `${name}/${error.message}`)
    })
  const openTopic = async (topic: string) => {
    logs.set(topic, await open(topic, segmentBytes))
  }
  for (const name of await folder.list()) {
    if (isName(name) && (await folder.isFolder(name))) await openTopic(name)
  }
  // No topic can have this name. Its segments are small because the state of
  // all groups is rewritten at the start of each.
  const groups = await open('__groups', Math.min(segmentBytes, 2 ** 22))

  /** A failed write is never retried: see log.ts. */
  function fail(cause: unknown): never {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new BusError('BAD_NAME', `a file has the topic's name: ${cause}`)
    }
    const detail = `a topic cannot be created: ${cause}`
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
      throw new BusError(
        'UNKNOWN_TOPIC',
        `There is no topic "${topic}". Create it with: npm run topic -- ${topic}`,
      )
    },
    /**
     * Creates a topic that does not exist yet.
     *
     * @throws BusError OVERLOADED at the limit, BAD_NAME for the name of a file,
     *   STORAGE when a write fails
     */
    async create(topic: string) {
      if (logs.has(topic)) return
      if (logs.size + creating.size >= limits.topics) {
        throw new BusError('OVERLOADED', 'too many topics')
      }
      const created = creating.get(topic) ?? openTopic(topic).catch(fail)
      creating.set(topic, created)
      await created.finally(() => creating.delete(topic))
    },
    /** Deletes segments that are past their retention. */
    retain() {
      // One run at a time, so that a power cut interrupts only one deletion.
      retaining ??= retain().finally(() => (retaining = undefined))
      return retaining
    },
    async close() {
      await retaining
      for (const log of [...logs.values(), groups]) await log.close()
    },
  }
}
