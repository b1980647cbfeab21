type Environment = { [name: string]: string | undefined }

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

/** How to reach a cluster, and when it gives up on a silent member. */
export interface Settings {
  /** `host:port` of at least one broker, which tells us the others. */
  brokers: string[]
  sasl?: {
    mechanism: (typeof mechanisms)[number]
    username: string
    password: string
  }
  tls?: boolean
  /** In ms. By default brokers accept 6000 and more. */
  sessionTimeoutMs?: number
}

/** Reads the variables in README.md. Errors name the variable to fix. */
export function readSettings(env: Environment, brokers: string[]): Settings {
  const tls = env.KAFKA_TLS || '0'
  if (tls !== '0' && tls !== '1') {
    throw new Error(
      `KAFKA_TLS=${tls} is invalid. Set it to 1 to use TLS, or leave it out.`,
    )
  }
  return {
    brokers,
    sasl: readSasl(env),
    tls: tls === '1',
    sessionTimeoutMs: readNumber(
      env,
      'KAFKA_SESSION_TIMEOUT_MS',
      6000,
      [100, 1_800_000],
    ),
  }
}

/** `KAFKA_BROKERS` as a list. `undefined` when it is not set. */
export function readBrokers({ KAFKA_BROKERS }: Environment) {
  if (!KAFKA_BROKERS) return undefined
  const brokers = KAFKA_BROKERS.split(',').map((broker) => broker.trim())
  for (const broker of brokers) {
    const [, port] = /^(?:\[[\da-f:]+\]|[^\s:/]+):(\d+)$/i.exec(broker) ?? []
    if (port && Number(port) >= 1 && Number(port) <= 65535) continue
    throw new Error(
      `KAFKA_BROKERS=${KAFKA_BROKERS} is invalid: "${broker}" is not a host:port such as 127.0.0.1:9092.`,
    )
  }
  return brokers
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

function readSasl(env: Environment): Settings['sasl'] {
  const {
    KAFKA_SASL_MECHANISM: name = '',
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = env
  if (!name && !username && !password) return undefined
  const mechanism = mechanisms.find((supported) => supported === name)
  if (!mechanism) {
    throw new Error(
      `KAFKA_SASL_MECHANISM=${name} is invalid. Set it to one of ${mechanisms.join(', ')}.`,
    )
  }
  if (!username || !password) {
    throw new Error(
      'KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD. Set both.',
    )
  }
  return { mechanism, username, password }
}
