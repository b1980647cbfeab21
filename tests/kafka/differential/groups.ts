import {
  heartbeat,
  joinGroup,
  leaveGroup,
  syncGroup,
} from '../../../examples/kafka/dev-broker/api-groups.ts'
import { offsetCommit, offsetFetch } from '../../../examples/kafka/dev-broker/api-offsets.ts'
import type { Api } from '../../../examples/kafka/dev-broker/api.ts'
import { visible } from './normalise.ts'
import { ask } from './topics.ts'

/** A subscription of version 0, to no topics: what else is sent Kafka's coordinator never answers. */
const subscription = Buffer.from('0000' + '00000000' + 'ffffffff', 'hex')

/** How a member introduces itself. */
const joining = {
  sessionTimeoutMs: 6_000,
  rebalanceTimeoutMs: 6_000,
  memberId: '',
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: subscription }],
}

/**
 * Two members of a group that come, are mistaken in every way, and go. Gives all that they were answered, with "a" and "b"
 * for their ids.
 */
export async function rebalance(port: number, topic: string): Promise<unknown[]> {
  const answers: unknown[] = []
  const [id, ids] = [`${topic}-members`, new Map<string, string>()]
  const note = async <Request, Response>(api: Api<Request, Response>, request: Request) => {
    const response = await ask(port, api, request)
    answers.push({ asked: api.key, answer: visible(response, ids) })
    return response
  }
  const join = (change: Partial<typeof joining>) =>
    ask(port, joinGroup, { ...joining, ...change, id })
  const joined = (name: string, answer: Awaited<ReturnType<typeof join>>) => {
    ids.set(answer.memberId, name)
    answers.push({ joined: name, answer: visible(answer, ids) })
    return answer.memberId
  }
  const commitAs = async (memberId: string, generation: number, offset: bigint) => {
    const partitions = [{ index: 0, offset, metadata: null }]
    await note(offsetCommit, {
      group: id,
      generation,
      memberId,
      asked: [{ name: topic, partitions }],
    })
    await note(offsetFetch, { group: id, topics: [{ name: topic, partitions: [0] }] })
  }
  const sync = (memberId: string, generation: number, to: readonly string[]) => {
    const assignments = to.map((it) => ({
      memberId: it,
      assignment: Buffer.from(ids.get(it) ?? ''),
    }))
    return { id, generation, memberId, assignments }
  }

  await note(joinGroup, { ...joining, id, sessionTimeoutMs: 1 })
  await note(joinGroup, { ...joining, id, memberId: 'stranger' })
  await note(joinGroup, { ...joining, id, protocols: [] })
  await note(joinGroup, { ...joining, id: '' })
  const a = joined('a', await join({}))
  await commitAs(a, 1, 1n) // before the assignment
  await note(syncGroup, sync(a, 1, [a]))
  await commitAs(a, 1, 2n)
  await note(heartbeat, { id, generation: 1, memberId: a })
  await note(joinGroup, {
    ...joining,
    id,
    protocols: [{ name: 'other', metadata: Buffer.alloc(0) }],
  })

  const waiting = join({})
  while ((await ask(port, heartbeat, { id, generation: 1, memberId: a })).error === 0);
  await note(syncGroup, sync(a, 1, [a]))
  await commitAs(a, 1, 3n) // while all join again
  const again = join({ memberId: a })
  const b = joined('b', await waiting)
  joined('a', await again)
  const follower = ask(port, syncGroup, sync(b, 2, []))
  await note(syncGroup, sync(a, 2, [a, b]))
  answers.push({ assigned: visible(await follower, ids) })
  await note(joinGroup, { ...joining, id, memberId: b }) // nothing has changed

  for (const [memberId, generation] of [
    [b, 1],
    [b, 3],
    ['stranger', 2],
    ['', -1],
    ['', 2],
  ] as const) {
    await note(heartbeat, { id, generation, memberId })
    await note(syncGroup, sync(memberId, generation, []))
    await commitAs(memberId, generation, 9n)
  }
  await commitAs(b, 2, 1n) // a commit may go back, and be of any partition
  await note(leaveGroup, { id, memberId: 'stranger' })
  await note(leaveGroup, { id, memberId: b })
  await note(heartbeat, { id, generation: 2, memberId: a })
  await commitAs(b, 2, 7n)
  await note(leaveGroup, { id, memberId: a })
  await commitAs(a, 2, 7n)
  await commitAs('', -1, 8n) // a group without members is anyone's
  return answers
}
