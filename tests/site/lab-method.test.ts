import { expect, inject, test } from 'vitest'
import { listGates } from '../../src/model/lab/gates.ts'
import { readHttpRecord } from '../../src/model/lab/http.ts'

test('the page about the method says what each gate found in the record', async () => {
  const html = await (await fetch(`${inject('site').origin}/lab/method/`)).text()
  const text = html.replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ')
  for (const { condition, found } of listGates(readHttpRecord())) {
    expect(text).toContain(condition)
    expect(text).toContain(found)
  }
})
