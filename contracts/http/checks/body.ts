import type { Check } from '../../check.ts'
import { expectSame } from '../../expect.ts'
import { expectClientError, expectJson, expectStatus, formatRequest } from '../expect.ts'
import { create, expectInvalid, expectOrder, expectProblem, newOrder, post } from '../service.ts'
import type { HttpTarget } from '../target.ts'

/** The largest body that a service accepts, in bytes. */
const limit = 64 * 1024

const json = { 'content-type': 'application/json' }

/** A valid order of exactly this many bytes. JSON allows the spaces at its end. */
function padOrder(bytes: number): string {
  return JSON.stringify(newOrder()).padEnd(bytes)
}

/** Compresses text with gzip (RFC 1952). */
export async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

export const bodies: readonly Check<HttpTarget>[] = [
  {
    name: "a body that is null, a number, text, true or a list is rejected at the pointer ''",
    async run(target) {
      for (const body of ['null', '1', '"x"', 'true', '[]', '[{}]'])
        await expectInvalid(target, body, '')
    },
  },
  {
    name: 'malformed JSON is answered with 400',
    async run(target) {
      const valid = JSON.stringify(newOrder())
      for (const body of [
        '{',
        valid.slice(0, -1),
        `${valid}x`,
        "{'customerId':'c'}",
        'undefined',
      ]) {
        expectProblem(await post(target, body), 400)
      }
    },
  },
  {
    name: 'an empty body is answered with 400 or 422',
    async run(target) {
      const answer = await post(target, '')
      expectStatus(answer, 400, 422)
      expectProblem(answer, answer.status)
    },
  },
  {
    name: 'an order of exactly 64 KiB is accepted',
    async run(target) {
      await create(target, padOrder(limit))
    },
  },
  {
    name: 'a body of 64 KiB and one byte is answered with a 4xx',
    async run(target) {
      expectClientError(await post(target, padOrder(limit + 1)))
    },
  },
  {
    name: 'a compressed body that expands to more than 64 KiB is answered with a 4xx',
    async run(target) {
      for (const bytes of [limit + 1, 16 * 1024 * 1024]) {
        const body = await gzip(padOrder(bytes))
        expectClientError(await post(target, body, { ...json, 'content-encoding': 'gzip' }))
      }
    },
  },
  {
    name: 'application/json with a charset of UTF-8 is accepted',
    async run(target) {
      const answer = await post(target, newOrder(), {
        'content-type': 'application/json; charset=utf-8',
      })
      expectStatus(answer, 201)
    },
  },
  {
    name: 'an order sent as text/plain, as a form, as XML or without a media type is answered with a 4xx',
    async run(target) {
      const bytes = new TextEncoder().encode(JSON.stringify(newOrder()))
      const types = ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']
      for (const type of types)
        expectClientError(await post(target, bytes, { 'content-type': type }))
      expectClientError(await post(target, bytes, {}))
    },
  },
  {
    // A charset may be ignored because JSON has none (RFC 8259). An unknown encoding may be rejected (RFC 9110).
    name: 'an unknown charset or content encoding is ignored or answered with a 4xx',
    async run(target) {
      for (const headers of [
        { 'content-type': 'application/json; charset=x-unknown' },
        { ...json, 'content-encoding': 'x-unknown' },
      ]) {
        const answer = await post(target, newOrder(), headers)
        if (answer.status !== 201) {
          expectClientError(answer)
          continue
        }
        const { customerId, items } = expectOrder(answer, expectJson(answer, 201))
        expectSame(formatRequest(answer), { customerId, items }, newOrder())
      }
    },
  },
]
