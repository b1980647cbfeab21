/** Fetches the jars of Kafka from Maven Central, each once. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KafkaError } from './error.ts'
/**
 * The SHA-256 of each jar by its path in the Maven repository. For another version, change pom.xml and write the list again
 * from the output of `mvn dependency:copy-dependencies -Dmdep.useRepositoryLayout -DoutputDirectory=lib` and, in `lib`,
 * `find * -name '*.jar' -exec sha256sum {} +`.
 */
import jars from './jars.json' with { type: 'json' }

/** The version in jars.json. */
export const kafkaVersion = '4.3.1'

const cache = fileURLToPath(new URL('../../.cache/kafka/', import.meta.url))
const repository = process.env['MAVEN_CENTRAL'] || 'https://repo1.maven.org/maven2'

const concurrentDownloads = 6
const attemptsPerJar = 3

/**
 * Returns the class path of Kafka and its tools. Fetches jars that are missing or damaged in `.cache/kafka/` from Maven
 * Central or from the mirror in `MAVEN_CENTRAL`, about 55 MB the first time.
 *
 * @param log called once if there are jars to fetch
 * @throws KafkaError when a jar cannot be fetched
 */
export async function classPath(
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  await mkdir(cache, { recursive: true })
  const required = Object.entries(jars)
  const missing: [path: string, sha256: string][] = []
  for (const [path, sha256] of required) {
    const present = await readFile(pathOf(path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    if (present === undefined || digest(present) !== sha256) missing.push([path, sha256])
  }
  if (missing.length > 0) {
    log(`Fetching ${missing.length} of the ${required.length} jars of Kafka ${kafkaVersion} …`)
    const queue = missing.values()
    const worker = async () => {
      for (const [path, sha256] of queue) await fetchJar(path, sha256, signal)
    }
    await Promise.all(Array.from({ length: concurrentDownloads }, worker))
  }
  return required.map(([path]) => pathOf(path)).join(delimiter)
}

async function fetchJar(path: string, sha256: string, signal?: AbortSignal): Promise<void> {
  const url = `${repository}/${path}`
  for (let attempt = 1; ; attempt++) {
    try {
      const jar = await download(url, signal)
      if (digest(jar) !== sha256) throw new Error(`the SHA-256 is ${digest(jar)}, not ${sha256}`)
      return await store(pathOf(path), jar)
    } catch (error) {
      signal?.throwIfAborted()
      if (attempt < attemptsPerJar) continue
      const { message, cause } = error as Error
      const reason = cause instanceof Error ? `${message}: ${cause.message}` : message
      throw new KafkaError(
        `Cannot fetch ${url}: ${reason}. Try again, or set MAVEN_CENTRAL to a mirror.`,
        { cause: error },
      )
    }
  }
}

async function download(url: string, signal?: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { signal: signal ?? null })
  if (!response.ok) throw new Error(`the response is ${response.status} ${response.statusText}`)
  return response.bytes()
}

/** Writes to another name first, so that other processes never read half a jar. */
async function store(path: string, jar: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}`
  await writeFile(draft, jar)
  await rename(draft, path)
}

function pathOf(path: string): string {
  return join(cache, basename(path))
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
