import type { Check } from '../../check.ts'
import { fail } from '../../expect.ts'
import { expectClientError, expectJson, failAnswer } from '../expect.ts'
import {
  create,
  expectOrder,
  expectProblem,
  findLeak,
  newOrder,
  post,
  unknownId,
} from '../service.ts'
import { ask, type HttpTarget, type RecordedTarget } from '../target.ts'

export const problems: readonly Check<HttpTarget>[] = [
  {
    name: 'an unknown path is answered with 404',
    async run(target) {
      for (const path of ['/nope', '/orders/1/2/3', '/health/x', '/Orders%2F1']) {
        expectProblem(await ask(target, path), 404)
      }
    },
  },
  {
    name: 'an ID that is too long or cannot be decoded is answered with a 4xx problem',
    async run(target) {
      for (const id of ['x'.repeat(3000), '%FF', '%E0%A4%A']) {
        for (const path of [`/orders/${id}`, `/orders/${id}/quote`]) {
          const answer = await ask(target, path)
          expectClientError(answer)
          expectProblem(answer, answer.status)
        }
      }
    },
  },
  {
    name: 'an error is a problem document even when the client asks for HTML',
    async run(target) {
      const headers = { accept: 'text/html' }
      expectProblem(await ask(target, '/nope', { headers }), 404)
      expectProblem(await ask(target, `/orders/${unknownId}`, { headers }), 404)
      expectProblem(
        await post(target, '{', { ...headers, 'content-type': 'application/json' }),
        400,
      )
    },
  },
]

export const secrets: readonly Check<HttpTarget>[] = [
  {
    name: 'no undeclared field is sent: the riskScore stays in the store',
    async run(target) {
      const { id } = await create(target)
      const created = await post(target, newOrder())
      for (const answer of [
        created,
        await ask(target, `/orders/${id}`),
        await ask(target, '/orders'),
        await ask(target, `/orders/${id}/quote`),
      ]) {
        if (/risk/i.test(answer.text)) failAnswer(answer, 'nothing of a riskScore')
      }
      expectOrder(created, expectJson(created, 201))
    },
  },
]

/** The media type of these errors is default behavior: recorded by probes, not required. */
const anyType = [413, 415]

/** Runs after the others, because it looks back at all answers. */
export const errors: readonly Check<RecordedTarget>[] = [
  {
    name: 'no answer was a 5xx, and no error was HTML or held a stack trace',
    async run({ exchanges }) {
      const failures = exchanges.filter(({ status }) => status >= 400)
      if (failures.length === 0) fail('the checks before this one', 'errors to look at', 'none')
      for (const answer of failures) {
        if (answer.status >= 500) failAnswer(answer, 'no 5xx')
        const found = findLeak(answer)
        if (found !== undefined) failAnswer(answer, `nothing like "${found}"`)
        if (!anyType.includes(answer.status)) expectProblem(answer, answer.status)
      }
    },
  },
]
