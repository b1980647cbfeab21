import type { Settings } from './settings.ts'

/** What went wrong in words that name the mend; `cause` is the client's error. */
export class BusError extends Error {
  readonly code = 'ERR_BUS'
}

/**
 * Turns an error of the client into one that names the mend. An error without
 * a known mend comes back as it is.
 */
export function explain(
  cause: unknown,
  { brokers, sasl }: Settings,
  topic?: string,
): unknown {
  const found = [...errorsIn(cause)]
  const has = (...names: string[]) =>
    found.some((error) =>
      [error.apiId, error.code, error.message].some(
        (name) => name !== undefined && names.includes(name),
      ),
    )
  const at = brokers.join(',')
  const mend = (message: string) => new BusError(message, { cause })

  if (has('PLT_KFK_AUTHENTICATION', 'SASL_AUTHENTICATION_FAILED')) {
    return mend(
      `Kafka at ${at} refused ${sasl?.username} with ${sasl?.mechanism}. Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.`,
    )
  }
  if (has('Broker requires TLS.')) {
    return mend(`Kafka at ${at} requires TLS. Set KAFKA_TLS=1.`)
  }
  if (
    found.some(({ code }) => /CERT|SELF_SIGNED|UNABLE_TO_/.test(code ?? ''))
  ) {
    return mend(
      `The certificate of Kafka at ${at} is not trusted. Set NODE_EXTRA_CA_CERTS to the file of its CA.`,
    )
  }
  if (has('UNKNOWN_TOPIC_OR_PARTITION', `Unknown topic ${topic}.`)) {
    return mend(
      `Kafka at ${at} has no topic "${topic}". Make it with: npm run topic -- ${topic}`,
    )
  }
  if (has('MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE')) {
    return mend(
      `The record is larger than topic "${topic}" takes. Publish a reference to it instead, or raise the topic's max.message.bytes.`,
    )
  }
  if (has('INVALID_SESSION_TIMEOUT')) {
    return mend(
      `Kafka at ${at} refuses this KAFKA_SESSION_TIMEOUT_MS. Give at least the broker's group.min.session.timeout.ms, 6000 by default.`,
    )
  }
  if (has('PLT_KFK_NETWORK')) {
    return mend(
      `Kafka at ${at} cannot be reached. Check KAFKA_BROKERS, that the broker runs, and that its advertised.listeners can be reached from here; a listener with SASL also needs KAFKA_SASL_MECHANISM, one with TLS KAFKA_TLS=1.`,
    )
  }
  return cause
}

interface ClientError extends Error {
  code?: string
  apiId?: string
  errors?: unknown[]
}

/** An error with everything below it: the client nests by `errors` and `cause`. */
function* errorsIn(error: unknown): Generator<ClientError> {
  if (!(error instanceof Error)) return
  yield error
  const { errors = [], cause } = error as ClientError
  for (const nested of [...errors, cause]) yield* errorsIn(nested)
}
