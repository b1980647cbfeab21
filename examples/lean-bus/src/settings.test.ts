import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBrokerSettings, readSettings } from './settings.ts'

test('BUS is the host:port of a broker', () => {
  assert.equal(readSettings({}), undefined)
  assert.deepEqual(readSettings({ BUS: '[::1]:7654' }), {
    host: '::1',
    port: 7654,
  })
  for (const BUS of ['a', 'a:0', 'a:65536', 'http://a:1', ':1']) {
    assert.throws(() => readSettings({ BUS }), /BUS=.* such as 127/)
  }
})

test('an empty variable counts as not set', () => {
  const env = {
    BUS: '',
    DATA_DIR: '',
    LEASE_MS: '',
    RETAIN_BYTES: '',
    RETAIN_HOURS: '',
    SEGMENT_BYTES: '',
  }
  assert.deepEqual(readBrokerSettings(env), readBrokerSettings({}))
  assert.equal(readSettings(env), undefined)
})

test('an invalid setting is an error that names its variable', () => {
  const assertInvalid = (env: { [name: string]: string }, message: RegExp) =>
    assert.throws(() => readBrokerSettings(env), message)
  assertInvalid({ LEASE_MS: '10' }, /LEASE_MS=10 is invalid\. .* from 500 to/)
  assertInvalid({ SEGMENT_BYTES: '1 MB' }, /SEGMENT_BYTES=1 MB is invalid/)
  assertInvalid({ RETAIN_HOURS: '0' }, /RETAIN_HOURS=0 is invalid\. .* from 1/)
})
