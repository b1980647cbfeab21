/** Where `npm run broker` listens unless it is told otherwise. */
export const defaultPort = 7654

type Environment = { [name: string]: string | undefined }

/** How to reach a broker. */
export interface Settings {
  host: string
  port: number
}

/** Where a broker keeps its logs, and how long. */
export interface BrokerSettings {
  /** A folder, or `:memory:`. */
  dataDir: string
  /** How long a silent peer keeps its leases, in milliseconds. */
  leaseMs: number
  segmentBytes: number
  retainBytes: number
  retainMs: number
}

/** `BUS`, the `host:port` of a broker; `undefined` when it is not set. */
export function readSettings({ BUS }: Environment): Settings | undefined {
  if (!BUS) return undefined
  const [, host, port] = /^(\[[\da-f:]+\]|[^\s:/]+):(\d+)$/i.exec(BUS) ?? []
  if (host && Number(port) >= 1 && Number(port) <= 65535) {
    return { host: host.replace(/[[\]]/g, ''), port: Number(port) }
  }
  throw new Error(`BUS=${BUS} is no host:port, such as 127.0.0.1:7654`)
}

/** Reads the variables of README.md; an error says which one to mend. */
export function readBrokerSettings(env: Environment): BrokerSettings {
  const most = Number.MAX_SAFE_INTEGER
  const hours = readNumber(env, 'RETAIN_HOURS', 24 * 365, [1, 1_000_000])
  return {
    dataDir: env.DATA_DIR || 'data',
    leaseMs: readNumber(env, 'LEASE_MS', 6000, [500, 3_600_000]),
    segmentBytes: readNumber(env, 'SEGMENT_BYTES', 2 ** 26, [1, 2 ** 28]),
    retainBytes: readNumber(env, 'RETAIN_BYTES', most, [1, most]),
    retainMs: hours * 3_600_000,
  }
}

/** A whole number from the environment, `fallback` when it is not set. */
export function readNumber(
  env: Environment,
  name: string,
  fallback: number,
  [least, most]: [least: number, most: number],
) {
  const text = env[name] || String(fallback)
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= most) return number
  throw new Error(`${name}=${text}: give ${least} to ${most}`)
}
