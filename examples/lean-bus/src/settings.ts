/** The port of `npm run broker` unless `BROKER_PORT` is set. */
export const defaultPort = 7654

type Environment = { [name: string]: string | undefined }

/** How to reach a broker. */
export interface Settings {
  host: string
  port: number
}

/** Where a broker keeps its logs, and for how long. */
export interface BrokerSettings {
  /** A folder, or `:memory:`. */
  dataDir: string
  /** A peer that is silent for this long loses its leases, in ms. */
  leaseMs: number
  segmentBytes: number
  retainBytes: number
  retainMs: number
}

/** Reads `BUS`, the `host:port` of a broker. `undefined` when it is not set. */
export function readSettings({ BUS }: Environment): Settings | undefined {
  if (!BUS) return undefined
  const [, host, port] = /^(\[[\da-f:]+\]|[^\s:/]+):(\d+)$/i.exec(BUS) ?? []
  if (host && Number(port) >= 1 && Number(port) <= 65535) {
    return { host: host.replace(/[[\]]/g, ''), port: Number(port) }
  }
  throw new Error(
    `BUS=${BUS} is invalid. Set it to a host:port such as 127.0.0.1:7654.`,
  )
}

/** Reads the variables in README.md. Errors name the variable to fix. */
export function readBrokerSettings(env: Environment): BrokerSettings {
  const max = Number.MAX_SAFE_INTEGER
  const hours = readNumber(env, 'RETAIN_HOURS', 24 * 365, [1, 1_000_000])
  return {
    dataDir: env.DATA_DIR || 'data',
    leaseMs: readNumber(env, 'LEASE_MS', 6000, [500, 3_600_000]),
    segmentBytes: readNumber(env, 'SEGMENT_BYTES', 2 ** 26, [1, 2 ** 28]),
    retainBytes: readNumber(env, 'RETAIN_BYTES', max, [1, max]),
    retainMs: hours * 3_600_000,
  }
}

/** A whole number from the environment. `fallback` when it is not set. */
export function readNumber(
  env: Environment,
  name: string,
  fallback: number,
  [min, max]: [min: number, max: number],
) {
  const text = env[name] || String(fallback)
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= min && number <= max) return number
  throw new Error(
    `${name}=${text} is invalid. Set it to a number from ${min} to ${max}.`,
  )
}
