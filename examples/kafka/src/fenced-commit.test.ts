import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'

/** Loads the client as a later version might be, with other field names. */
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith('/clients/consumer/consumer.js')) return loaded
    const source = String(loaded.source).replaceAll('generationId', 'epoch')
    return { ...loaded, source }
  },
})
const { connect } = await import('./bus.ts')

test('connect fails and names the version to install when the client renames a field', async () => {
  await assert.rejects(connect({ brokers: ['127.0.0.1:1'] }), {
    message:
      /@platformatic\/kafka has no Consumer\.generationId .*Install .*: npm install --save-exact @platformatic\/kafka@2\.12\.1$/,
  })
})
