/** Kafka cannot be started. The message names the mend, or holds what the broker said. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError'
}
