import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBrokerSettings, readSettings } from './settings.ts'

test('a broker is a host and a port', () => {
  assert.equal(readSettings({}), undefined)
  assert.deepEqual(readSettings({ BUS: '[::1]:7654' }), {
    host: '::1',
    port: 7654,
  })
  for (const BUS of ['a', 'a:0', 'a:65536', 'http://a:1', ':1']) {
    assert.throws(() => readSettings({ BUS }), /BUS=.* such as 127/)
  }
})

test('a bad value is refused by its name', () => {
  const refused = (env: { [name: string]: string }, message: RegExp) =>
    assert.throws(() => readBrokerSettings(env), message)
  refused({ LEASE_MS: '10' }, /LEASE_MS=10: give 500 to/)
  refused({ SEGMENT_BYTES: '1 MB' }, /SEGMENT_BYTES=1 MB: give/)
  refused({ RETAIN_HOURS: '0' }, /RETAIN_HOURS=0: give 1 to/)
})
