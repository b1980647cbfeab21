/** Kafka as it lies on Maven Central: a list of jars, each fetched once. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KafkaError } from './error.ts'
/**
 * By its path in the repository, the SHA-256 of each jar. For another version, change pom.xml and write the list anew from
 * what these print: `mvn dependency:copy-dependencies -Dmdep.useRepositoryLayout -DoutputDirectory=lib` and, in `lib`,
 * `find * -name '*.jar' -exec sha256sum {} +`.
 */
import jars from './jars.json' with { type: 'json' }

/** The version that jars.json names. */
export const kafkaVersion = '4.3.1'

const cache = fileURLToPath(new URL('../../.cache/kafka/', import.meta.url))
const repository = process.env['MAVEN_CENTRAL'] || 'https://repo1.maven.org/maven2'

/** How many jars are fetched at the same time, and how often each is asked for. */
const connections = 6
const attempts = 3

/**
 * The class path of Kafka and its tools. Jars that are missing or damaged in `.cache/kafka/` are fetched, from Maven Central
 * or where `MAVEN_CENTRAL` says; about 55 MB the first time.
 *
 * @param log told once when there is something to fetch
 * @throws KafkaError when a jar cannot be fetched
 */
export async function classPath(
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  await mkdir(cache, { recursive: true })
  const wanted = Object.entries(jars)
  const missing: [path: string, sha256: string][] = []
  for (const [path, sha256] of wanted) {
    const present = await readFile(placeOf(path)).catch(() => undefined)
    if (present === undefined || digest(present) !== sha256) missing.push([path, sha256])
  }
  if (missing.length > 0) {
    log(`Fetching ${missing.length} of the ${wanted.length} jars of Kafka ${kafkaVersion} …`)
    const queue = missing.values()
    const worker = async () => {
      for (const [path, sha256] of queue) await fetchJar(path, sha256, signal)
    }
    await Promise.all(Array.from({ length: connections }, worker))
  }
  return wanted.map(([path]) => placeOf(path)).join(delimiter)
}

async function fetchJar(path: string, sha256: string, signal?: AbortSignal): Promise<void> {
  const url = `${repository}/${path}`
  for (let attempt = 1; ; attempt++) {
    try {
      const jar = await download(url, signal)
      if (digest(jar) !== sha256) throw new Error(`its SHA-256 is ${digest(jar)}, not ${sha256}`)
      return await put(placeOf(path), jar)
    } catch (error) {
      signal?.throwIfAborted()
      if (attempt < attempts) continue
      const { message, cause } = error as Error
      const reason = cause instanceof Error ? `${message}: ${cause.message}` : message
      throw new KafkaError(
        `${url} could not be fetched: ${reason}. Try again, or name another copy of Maven Central by MAVEN_CENTRAL.`,
        { cause: error },
      )
    }
  }
}

async function download(url: string, signal?: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { signal: signal ?? null })
  if (!response.ok) throw new Error(`the answer is ${response.status} ${response.statusText}`)
  return response.bytes()
}

/** By another name first, so that whoever fetches the same jar meanwhile never reads half of it. */
async function put(place: string, jar: Uint8Array): Promise<void> {
  const draft = `${place}.${process.pid}`
  await writeFile(draft, jar)
  await rename(draft, place)
}

function placeOf(path: string): string {
  return join(cache, basename(path))
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
