import type { Check } from '../../check.ts'
import { expectSame } from '../../expect.ts'
import { asked, expectRefused, expectStatus, jsonOf } from '../expect.ts'
import { create, newOrder, orderOf, post, problemOf, refuse } from '../service.ts'
import type { HttpTarget } from '../target.ts'

/** The largest body a service takes: 64 KiB, in bytes. */
const limit = 64 * 1024

const json = { 'content-type': 'application/json' }

/** A valid order of exactly this many bytes, padded with spaces, which JSON allows between its parts. */
function padded(bytes: number): string {
  return JSON.stringify(newOrder()).padEnd(bytes)
}

/** The bytes of a gzip file (RFC 1952) of a text. */
export async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

export const bodies: readonly Check<HttpTarget>[] = [
  {
    name: "points at the whole body, pointer '', when it is null, a number, text, true or a list",
    async run(target) {
      for (const body of ['null', '1', '"x"', 'true', '[]', '[{}]']) await refuse(target, body, '')
    },
  },
  {
    name: 'answers malformed JSON with 400',
    async run(target) {
      const valid = JSON.stringify(newOrder())
      for (const body of [
        '{',
        valid.slice(0, -1),
        `${valid}x`,
        "{'customerId':'c'}",
        'undefined',
      ]) {
        problemOf(await post(target, body), 400)
      }
    },
  },
  {
    name: 'refuses an empty body with 400 or 422',
    async run(target) {
      const answer = await post(target, '')
      expectStatus(answer, 400, 422)
      problemOf(answer, answer.status)
    },
  },
  {
    name: 'takes an order of exactly 64 KiB',
    async run(target) {
      await create(target, padded(limit))
    },
  },
  {
    name: 'refuses a body of 64 KiB and one byte with a 4xx',
    async run(target) {
      expectRefused(await post(target, padded(limit + 1)))
    },
  },
  {
    name: 'refuses a compressed body that unpacks to more than 64 KiB: a few bytes may not cost megabytes',
    async run(target) {
      for (const bytes of [limit + 1, 16 * 1024 * 1024]) {
        const body = await gzip(padded(bytes))
        expectRefused(await post(target, body, { ...json, 'content-encoding': 'gzip' }))
      }
    },
  },
  {
    name: 'takes application/json with a charset of UTF-8 as well',
    async run(target) {
      const answer = await post(target, newOrder(), {
        'content-type': 'application/json; charset=utf-8',
      })
      expectStatus(answer, 201)
    },
  },
  {
    name: 'refuses an order sent as text/plain, as a form, as XML or without a media type',
    async run(target) {
      const bytes = new TextEncoder().encode(JSON.stringify(newOrder()))
      const types = ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']
      for (const type of types) expectRefused(await post(target, bytes, { 'content-type': type }))
      expectRefused(await post(target, bytes, {}))
    },
  },
  {
    // JSON has no charset (RFC 8259), so that one may be ignored; an unknown encoding may be refused (RFC 9110).
    name: 'takes an order with an unknown charset or content encoding as it is, or refuses it',
    async run(target) {
      for (const headers of [
        { 'content-type': 'application/json; charset=x-unknown' },
        { ...json, 'content-encoding': 'x-unknown' },
      ]) {
        const answer = await post(target, newOrder(), headers)
        if (answer.status !== 201) {
          expectRefused(answer)
          continue
        }
        const { customerId, items } = orderOf(answer, jsonOf(answer, 201))
        expectSame(asked(answer), { customerId, items }, newOrder())
      }
    },
  },
]
