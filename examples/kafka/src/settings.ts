type Environment = { [name: string]: string | undefined }

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

/** How to reach a cluster, and how long a silent member keeps its lease. */
export interface Settings {
  /** `host:port` of at least one broker; it names the others. */
  brokers: string[]
  sasl?: {
    mechanism: (typeof mechanisms)[number]
    username: string
    password: string
  }
  tls?: boolean
  /** In milliseconds. Brokers refuse less than 6000 unless told otherwise. */
  sessionTimeoutMs?: number
}

/** Reads the variables of README.md; an error says which one to mend. */
export function readSettings(env: Environment, brokers: string[]): Settings {
  const timeout = env.KAFKA_SESSION_TIMEOUT_MS || '6000'
  if (!/^[1-9]\d{2,6}$/.test(timeout)) {
    throw new Error(
      `KAFKA_SESSION_TIMEOUT_MS=${timeout}: give milliseconds, such as 6000`,
    )
  }
  const tls = env.KAFKA_TLS || '0'
  if (tls !== '0' && tls !== '1') {
    throw new Error(`KAFKA_TLS=${tls}: give 1 to use TLS, or leave it out`)
  }
  return {
    brokers,
    sasl: readSasl(env),
    tls: tls === '1',
    sessionTimeoutMs: Number(timeout),
  }
}

/** `KAFKA_BROKERS` as a list; `undefined` when it is not set. */
export function readBrokers({ KAFKA_BROKERS }: Environment) {
  if (!KAFKA_BROKERS) return undefined
  const brokers = KAFKA_BROKERS.split(',').map((broker) => broker.trim())
  for (const broker of brokers) {
    const [, port] = /^(?:\[[\da-f:]+\]|[^\s:/]+):(\d+)$/i.exec(broker) ?? []
    if (port && Number(port) >= 1 && Number(port) <= 65535) continue
    throw new Error(
      `KAFKA_BROKERS=${KAFKA_BROKERS}: "${broker}" is no host:port, such as 127.0.0.1:9092`,
    )
  }
  return brokers
}

function readSasl(env: Environment) {
  const { KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = env
  if (!KAFKA_SASL_MECHANISM && !KAFKA_SASL_USERNAME && !KAFKA_SASL_PASSWORD) {
    return undefined
  }
  const mechanism = mechanisms.find((name) => name === KAFKA_SASL_MECHANISM)
  if (!mechanism) {
    throw new Error(
      `KAFKA_SASL_MECHANISM=${KAFKA_SASL_MECHANISM ?? ''}: give one of ${mechanisms.join(', ')}`,
    )
  }
  if (!KAFKA_SASL_USERNAME || !KAFKA_SASL_PASSWORD) {
    throw new Error(
      'KAFKA_SASL_MECHANISM also needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
    )
  }
  return {
    mechanism,
    username: KAFKA_SASL_USERNAME,
    password: KAFKA_SASL_PASSWORD,
  }
}
