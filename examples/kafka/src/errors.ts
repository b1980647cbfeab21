import type { Settings } from './settings.ts'

/** What went wrong in words that name the mend; `cause` is the client's error. */
export class BusError extends Error {
  readonly code = 'ERR_BUS'
}

/**
 * Turns an error of the client into one that names the mend. An error without
 * a known mend comes back as it is.
 */
export function explain(cause: unknown, settings: Settings, topic?: string) {
  if (cause instanceof BusError) return cause
  const reasons = [...reasonsIn(cause)].join('\n')
  const mend = mends(settings, topic).find(([sign]) => sign.test(reasons))
  return mend ? new BusError(mend[1], { cause }) : cause
}

/** By what the client or the broker says, the most telling first. */
function mends(
  { brokers, sasl, tls }: Settings,
  topic?: string,
): [sign: RegExp, mend: string][] {
  const kafka = `Kafka at ${brokers.join(',')}`
  const login =
    'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD'
  const missing = [tls || 'KAFKA_TLS=1', sasl || login].filter(
    (variables) => typeof variables === 'string',
  )
  return [
    [
      /SASL_AUTHENTICATION_FAILED/,
      `${kafka} refused ${sasl?.username} with ${sasl?.mechanism}. Check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.`,
    ],
    [
      /UNSUPPORTED_SASL_MECHANISM/,
      `${kafka} has no login by ${sasl?.mechanism}. Give KAFKA_SASL_MECHANISM another value.`,
    ],
    [
      /ILLEGAL_SASL_STATE/,
      `${kafka} asks for no login. Leave ${login} out, or give KAFKA_BROKERS the address of the listener that does.`,
    ],
    [/Broker requires TLS/, `${kafka} requires TLS. Set KAFKA_TLS=1.`],
    [/TLS handshake failed/, `${kafka} has no TLS. Leave KAFKA_TLS out.`],
    [
      /CERT|UNABLE_TO_/,
      `The certificate of ${kafka} is not trusted. Set NODE_EXTRA_CA_CERTS to the file of its CA.`,
    ],
    [
      /UNKNOWN_TOPIC_OR_PARTITION|Unknown topic/,
      `${kafka} has no topic "${topic}". Make it with: npm run topic -- ${topic}`,
    ],
    [
      /MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE/,
      `The record is larger than topic "${topic}" takes. Publish a reference to it instead, or raise the topic's max.message.bytes.`,
    ],
    [
      /INVALID_TOPIC/,
      `"${topic}" is no name for a topic: give letters, digits, ".", "_" and "-", at most 249.`,
    ],
    [
      /INVALID_SESSION_TIMEOUT/,
      `${kafka} refuses this KAFKA_SESSION_TIMEOUT_MS. Give what lies between its group.min.session.timeout.ms and group.max.session.timeout.ms, by default 6000 and 1800000.`,
    ],
    [
      /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|PLT_KFK_TIMEOUT/,
      `${kafka} cannot be reached. Check KAFKA_BROKERS, that the broker runs, and that its advertised.listeners can be reached from here.`,
    ],
    [
      /PLT_KFK_NETWORK/,
      `${kafka} ends the connection. ${missing.length > 0 ? `If its listener asks for it, set ${missing.join('; ')}.` : 'Look into its log.'}`,
    ],
  ]
}

/** What an error and all below it say: the client nests by `errors` and `cause`. */
function* reasonsIn(error: unknown): Generator<string> {
  if (!(error instanceof Error)) return
  const { message, code, apiId, errors = [], cause } = error as ClientError
  yield `${code} ${apiId} ${message}`
  for (const nested of [...errors, cause]) yield* reasonsIn(nested)
}

interface ClientError extends Error {
  code?: string
  apiId?: string
  errors?: unknown[]
}
