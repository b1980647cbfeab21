import {
  heartbeat,
  joinGroup,
  leaveGroup,
  syncGroup,
} from '../../../examples/kafka/dev-broker/api-groups.ts'
import { offsetCommit, offsetFetch } from '../../../examples/kafka/dev-broker/api-offsets.ts'
import type { Api } from '../../../examples/kafka/dev-broker/api.ts'
import { normalize } from './normalize.ts'
import { request } from './topics.ts'

/** A subscription of version 0 without topics. Kafka's coordinator does not answer invalid metadata. */
const subscription = Buffer.from('0000' + '00000000' + 'ffffffff', 'hex')

/** A valid JoinGroup request. */
const joinRequest = {
  sessionTimeoutMs: 6_000,
  rebalanceTimeoutMs: 6_000,
  memberId: '',
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: subscription }],
}

/**
 * Runs two members of a group that join, send every kind of invalid request, and leave. Returns all responses, with "a"
 * and "b" for the member IDs.
 */
export async function rebalance(port: number, topic: string): Promise<unknown[]> {
  const responses: unknown[] = []
  const [id, ids] = [`${topic}-members`, new Map<string, string>()]
  const send = async <Request, Response>(api: Api<Request, Response>, body: Request) => {
    const response = await request(port, api, body)
    responses.push({ request: api.key, response: normalize(response, { ids }) })
    return response
  }
  const join = (change: Partial<typeof joinRequest>) =>
    request(port, joinGroup, { ...joinRequest, ...change, id })
  const recordJoin = (name: string, response: Awaited<ReturnType<typeof join>>) => {
    ids.set(response.memberId, name)
    responses.push({ joined: name, response: normalize(response, { ids }) })
    return response.memberId
  }
  const commitAs = async (memberId: string, generation: number, offset: bigint) => {
    const partitions = [{ index: 0, offset, metadata: null }]
    await send(offsetCommit, {
      group: id,
      generation,
      memberId,
      asked: [{ name: topic, partitions }],
    })
    await send(offsetFetch, { group: id, topics: [{ name: topic, partitions: [0] }] })
  }
  const sync = (memberId: string, generation: number, to: readonly string[]) => {
    const assignments = to.map((assigned) => ({
      memberId: assigned,
      assignment: Buffer.from(ids.get(assigned) ?? ''),
    }))
    return { id, generation, memberId, assignments }
  }

  await send(joinGroup, { ...joinRequest, id, sessionTimeoutMs: 1 })
  await send(joinGroup, { ...joinRequest, id, memberId: 'stranger' })
  await send(joinGroup, { ...joinRequest, id, protocols: [] })
  await send(joinGroup, { ...joinRequest, id: '' })
  const a = recordJoin('a', await join({}))
  await commitAs(a, 1, 1n) // Before the assignment.
  await send(syncGroup, sync(a, 1, [a]))
  await commitAs(a, 1, 2n)
  await send(heartbeat, { id, generation: 1, memberId: a })
  await send(joinGroup, {
    ...joinRequest,
    id,
    protocols: [{ name: 'other', metadata: Buffer.alloc(0) }],
  })

  const waiting = join({})
  while ((await request(port, heartbeat, { id, generation: 1, memberId: a })).error === 0);
  await send(syncGroup, sync(a, 1, [a]))
  await commitAs(a, 1, 3n) // While all members rejoin.
  const again = join({ memberId: a })
  const b = recordJoin('b', await waiting)
  recordJoin('a', await again)
  const follower = request(port, syncGroup, sync(b, 2, []))
  await send(syncGroup, sync(a, 2, [a, b]))
  responses.push({ assigned: normalize(await follower, { ids }) })
  await send(joinGroup, { ...joinRequest, id, memberId: b }) // Nothing has changed.

  for (const [memberId, generation] of [
    [b, 1],
    [b, 3],
    ['stranger', 2],
    ['', -1],
    ['', 2],
  ] as const) {
    await send(heartbeat, { id, generation, memberId })
    await send(syncGroup, sync(memberId, generation, []))
    await commitAs(memberId, generation, 9n)
  }
  await commitAs(b, 2, 1n) // A commit may move back and name any partition.
  await send(leaveGroup, { id, memberId: 'stranger' })
  await send(leaveGroup, { id, memberId: b })
  await send(heartbeat, { id, generation: 2, memberId: a })
  await commitAs(b, 2, 7n)
  await send(leaveGroup, { id, memberId: a })
  await commitAs(a, 2, 7n)
  await commitAs('', -1, 8n) // Any client may commit for an empty group.
  return responses
}
