import { TooLargeError } from './port.ts'
import type { Settings } from './settings.ts'

/** An error whose message names the fix. `cause` is the client's error. */
export class BusError extends Error {
  readonly code = 'ERR_BUS'
}

/** Turns an error of the client into one that names the fix, if we know it. */
export function explainError(
  cause: unknown,
  settings: Settings,
  topic?: string,
) {
  if (cause instanceof BusError || cause instanceof TooLargeError) return cause
  const reasons = [...collectReasons(cause)].join('\n')
  const explanations = listExplanations(settings, reasons, topic)
  for (const [pattern, message, Type = BusError] of explanations) {
    if (pattern.test(reasons)) return new Type(message, { cause })
  }
  return cause
}

/** Patterns of client and broker errors, the most specific first. */
function listExplanations(
  { brokers, sasl, tls }: Settings,
  reasons: string,
  topic?: string,
): [pattern: RegExp, message: string, Type?: typeof TooLargeError][] {
  const kafka = `Kafka at ${brokers.join(',')}`
  const login =
    'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD'
  const unset = [tls || 'KAFKA_TLS=1', sasl || login].filter(
    (variables) => typeof variables === 'string',
  )
  const collision = /collides with existing topics?: ([\w.-]+)/
  const otherTopic = collision.exec(reasons)?.[1]
  return [
    [
      /SASL_AUTHENTICATION_FAILED/,
      `${kafka} rejects the login of ${sasl?.username} with ${sasl?.mechanism}. Check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.`,
    ],
    [
      /UNSUPPORTED_SASL_MECHANISM/,
      `${kafka} does not support ${sasl?.mechanism}. Set KAFKA_SASL_MECHANISM to another value.`,
    ],
    [
      /ILLEGAL_SASL_STATE/,
      `${kafka} does not ask for a login. Unset ${login}, or set KAFKA_BROKERS to a listener that asks for one.`,
    ],
    [/Broker requires TLS/, `${kafka} requires TLS. Set KAFKA_TLS=1.`],
    [/TLS handshake failed/, `${kafka} does not use TLS. Unset KAFKA_TLS.`],
    [
      /CERT|UNABLE_TO_/,
      `The certificate of ${kafka} is not trusted. Set NODE_EXTRA_CA_CERTS to the file of its certificate authority.`,
    ],
    [
      /UNKNOWN_TOPIC_OR_PARTITION|Unknown topic/,
      `${kafka} has no topic "${topic}". Create it with: npm run topic -- ${topic}`,
    ],
    [
      /MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE/,
      `The record is larger than topic "${topic}" allows. Publish a reference to it instead, or raise the topic's max.message.bytes.`,
      TooLargeError,
    ],
    [
      collision,
      `${kafka} has the topic "${otherTopic}", and its metrics would mix it up with "${topic}". Choose a name that differs in more than "." and "_", or delete "${otherTopic}" first.`,
    ],
    [
      /INVALID_TOPIC/,
      `"${topic}" is not a valid topic name. Use at most 249 letters, digits, ".", "_" and "-".`,
    ],
    [
      /INVALID_SESSION_TIMEOUT/,
      `${kafka} rejects this KAFKA_SESSION_TIMEOUT_MS. Set it between the broker's group.min.session.timeout.ms and group.max.session.timeout.ms, by default 6000 and 1800000.`,
    ],
    [
      /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|PLT_KFK_TIMEOUT/,
      `${kafka} cannot be reached. Check KAFKA_BROKERS, that the broker runs, and that its advertised.listeners can be reached from here.`,
    ],
    [
      /PLT_KFK_NETWORK/,
      `${kafka} closes the connection. ${unset.length > 0 ? `If its listener requires it, set ${unset.join('; ')}.` : "Check the broker's log."}`,
    ],
  ]
}

/** The messages of an error and of those nested in `errors` and `cause`. */
function* collectReasons(error: unknown): Generator<string> {
  if (!(error instanceof Error)) return
  const { message, code, apiId, errors = [], cause } = error as ClientError
  const { serverErrorMessage } = error as ClientError
  yield `${code} ${apiId} ${message} ${serverErrorMessage}`
  for (const nested of [...errors, cause]) yield* collectReasons(nested)
}

interface ClientError extends Error {
  code?: string
  apiId?: string
  /** The broker's own words, in some responses. */
  serverErrorMessage?: string | null
  errors?: unknown[]
}
