import type { Check } from '../../check.ts'
import { fail } from '../../expect.ts'
import { asked, came, expectProperties, jsonOf } from '../expect.ts'
import { create, newOrder, post, problemOf, revealed, unknownId } from '../service.ts'
import { ask, type HttpTarget, type RecordedTarget } from '../target.ts'

export const problems: readonly Check<HttpTarget>[] = [
  {
    name: 'answers 404 for a route that is not there',
    async run(target) {
      for (const path of ['/nope', '/orders/1/2/3', '/health/x', '/Orders%2F1']) {
        problemOf(await ask(target, path), 404)
      }
    },
  },
  {
    name: 'answers with a problem, not with HTML, also to a browser that asks for HTML',
    async run(target) {
      const headers = { accept: 'text/html' }
      problemOf(await ask(target, '/nope', { headers }), 404)
      problemOf(await ask(target, `/orders/${unknownId}`, { headers }), 404)
      problemOf(await post(target, '{', { ...headers, 'content-type': 'application/json' }), 400)
    },
  },
]

export const secrets: readonly Check<HttpTarget>[] = [
  {
    name: 'shows no field that is not declared: the riskScore of the store stays there',
    async run(target) {
      const { id } = await create(target)
      const created = await post(target, newOrder())
      for (const answer of [
        created,
        await ask(target, `/orders/${id}`),
        await ask(target, '/orders'),
        await ask(target, `/orders/${id}/quote`),
      ]) {
        if (/risk/i.test(answer.text)) fail(asked(answer), 'nothing of a riskScore', came(answer))
      }
      const declared = ['id', 'customerId', 'items', 'createdAt']
      expectProperties('POST /orders', jsonOf(created, 201), declared)
    },
  },
]

/** The media type of these refusals is left to the framework: a probe, not a requirement. */
const leftOpen = [413, 415]

/** To be run after the others: it looks at all they were answered. */
export const errors: readonly Check<RecordedTarget>[] = [
  {
    name: 'never failed with a 5xx, and no error was HTML or held a stack trace',
    async run({ exchanges }) {
      const refusals = exchanges.filter(({ status }) => status >= 400)
      if (refusals.length === 0) fail('the checks before this one', 'errors to look at', 'none')
      for (const answer of refusals) {
        if (answer.status >= 500) fail(asked(answer), 'no 5xx', came(answer))
        const found = revealed(answer)
        if (found !== undefined) fail(asked(answer), `nothing like "${found}"`, came(answer))
        if (!leftOpen.includes(answer.status)) problemOf(answer, answer.status)
      }
    },
  },
]
