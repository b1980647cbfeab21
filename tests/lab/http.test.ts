import { tmpdir } from 'node:os'
import { expect, test, vi } from 'vitest'
import { runtimesOf } from '../../contracts/process/runtimes.ts'
import { main } from '../../lab/http/main.ts'
import { stacks } from '../../lab/http/stacks.ts'
import { findNode22, findWrk, type Tool } from '../../scripts/find.ts'
import { openHttpPrograms } from '../../scripts/lab/http.ts'
import { describeWith } from '../tools/describe-with.ts'
import { installCached } from '../tools/install-cached.ts'
import { temporaryFolder } from '../tools/temporary.ts'

const linux: Tool =
  process.platform === 'linux'
    ? { path: '/proc' }
    : { path: undefined, missing: 'The HTTP lab reads the accounting of Linux. Run it there.' }
const tools = [linux, findWrk(), findNode22(), ...runtimesOf('python'), ...runtimesOf('cargo')]
const missing = tools.find(({ path }) => path === undefined)

describeWith('the HTTP lab', missing ?? linux, () => {
  test('npm run lab -- http --quick measures every stack once and gives a valid record', async () => {
    // A journal of its own, because a full run that was stopped may wait in the one of the cache.
    const cache = temporaryFolder({}, tmpdir())
    const print = vi.spyOn(console, 'log')
    await main(['--quick'], () => ({ ...openHttpPrograms(installCached), cache }))
    const printed = print.mock.calls.join('\n')
    for (const id of Object.keys(stacks)) {
      expect(printed, `the cost of ${id}`).toMatch(new RegExp(`^ *${id} +[1-9]`, 'm'))
    }
  })
})
