import type { Check } from '../../check.ts'
import { expectSame } from '../../expect.ts'
import { expectJson } from '../expect.ts'
import { ask, type HttpTarget } from '../target.ts'

export const health: readonly Check<HttpTarget>[] = [
  {
    name: 'GET /health answers 200 {"status":"ok"}',
    async run(target) {
      expectSame('GET /health', expectJson(await ask(target, '/health'), 200), { status: 'ok' })
    },
  },
]
