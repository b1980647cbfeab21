import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBrokers, readSettings } from './settings.ts'

test('KAFKA_BROKERS is a list of host:port', () => {
  assert.equal(readBrokers({}), undefined)
  const brokers = readBrokers({ KAFKA_BROKERS: 'a:1, [::1]:9092' })
  assert.deepEqual(brokers, ['a:1', '[::1]:9092'])
  for (const KAFKA_BROKERS of ['a', 'a:0', 'a:65536', 'http://a:1', 'a:1,']) {
    assert.throws(() => readBrokers({ KAFKA_BROKERS }), /KAFKA_BROKERS=/)
  }
})

test('an empty variable counts as not set', () => {
  const env = {
    KAFKA_BROKERS: '',
    KAFKA_SASL_MECHANISM: '',
    KAFKA_SASL_USERNAME: '',
    KAFKA_SASL_PASSWORD: '',
    KAFKA_SESSION_TIMEOUT_MS: '',
    KAFKA_TLS: '',
  }
  assert.deepEqual(readSettings(env, []), readSettings({}, []))
  assert.equal(readBrokers(env), undefined)
})

test('an invalid setting is an error that names its variable', () => {
  const assertInvalid = (env: { [name: string]: string }, message: RegExp) =>
    assert.throws(() => readSettings(env, []), message)
  assertInvalid({ KAFKA_TLS: 'yes' }, /KAFKA_TLS=yes is invalid\. Set it to 1/)
  assertInvalid(
    { KAFKA_SESSION_TIMEOUT_MS: '6s' },
    /KAFKA_SESSION_TIMEOUT_MS=6s/,
  )
  assertInvalid(
    { KAFKA_SASL_MECHANISM: 'MD5' },
    /KAFKA_SASL_MECHANISM=MD5 is invalid/,
  )
  assertInvalid({ KAFKA_SASL_MECHANISM: 'PLAIN' }, /needs KAFKA_SASL_USERNAME/)
})
