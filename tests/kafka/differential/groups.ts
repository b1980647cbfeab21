import {
  heartbeat,
  joinGroup,
  leaveGroup,
  syncGroup,
} from '../../../examples/kafka/dev-broker/api-groups.ts'
import { MEMBER_ID_REQUIRED } from '../../../examples/kafka/dev-broker/errors.ts'
import { offsetCommit, offsetFetch } from '../../../examples/kafka/dev-broker/api-offsets.ts'
import type { Api } from '../../../examples/kafka/dev-broker/api.ts'
import { normalize } from './normalize.ts'
import { byName, request } from './topics.ts'

/** A subscription of version 0 without topics. Kafka's coordinator does not answer invalid metadata. */
const subscription = Buffer.from('0000' + '00000000' + 'ffffffff', 'hex')

/** A valid JoinGroup request. */
const joinRequest = {
  sessionTimeoutMs: 6_000,
  rebalanceTimeoutMs: 6_000,
  memberId: '',
  instanceId: null,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: subscription }],
}

const range = { instanceId: null, protocolType: 'consumer', protocol: 'range' }

/**
 * Runs two members of a group that join, send every kind of invalid request, and leave. Returns all responses, with "a"
 * and "b" for the member IDs.
 *
 * @param version of each request, or the nearest one that the request has
 */
export async function rebalance(port: number, topic: string, version: number): Promise<unknown[]> {
  const responses: unknown[] = []
  const [id, ids] = [`${topic}-members`, new Map<string, string>()]
  const send = async <Request, Response>(api: Api<Request, Response>, body: Request) => {
    const response = await ask(api, body)
    responses.push({ request: api.key, response: normalize(response, { ids }) })
    return response
  }
  const ask = <Request, Response>(api: Api<Request, Response>, body: Request) => {
    const [min, max] = api.versions
    return request(port, api, body, Math.min(Math.max(version, min), max))
  }
  /** Joins again with the member ID if the broker asks for that. */
  const join = async (change: Partial<typeof joinRequest>) => {
    const first = await ask(joinGroup, { ...joinRequest, ...change, id })
    if (first.error !== MEMBER_ID_REQUIRED) return first
    return ask(joinGroup, { ...joinRequest, ...change, id, memberId: first.memberId })
  }
  const recordJoin = (name: string, response: Awaited<ReturnType<typeof join>>) => {
    ids.set(response.memberId, name)
    responses.push({ joined: name, response: normalize(response, { ids }) })
    return response.memberId
  }
  const commitAs = async (memberId: string, generation: number, offset: bigint) => {
    const asked = [byName(topic, [{ index: 0, offset, leaderEpoch: -1, metadata: null }])]
    await send(offsetCommit, { group: id, generation, memberId, instanceId: null, asked })
    const topics = [byName(topic, [0])]
    await send(offsetFetch, { asked: [{ group: id, memberId: null, memberEpoch: -1, topics }] })
  }
  const beat = (memberId: string, generation: number) => ({
    id,
    generation,
    memberId,
    instanceId: null,
  })
  const leave = (memberId: string) => ({ id, members: [{ memberId, instanceId: null }] })
  const sync = (memberId: string, generation: number, to: readonly string[]) => {
    const assignments = to.map((assigned) => ({
      memberId: assigned,
      assignment: Buffer.from(ids.get(assigned) ?? ''),
    }))
    return { id, generation, memberId, ...range, assignments }
  }

  await send(joinGroup, { ...joinRequest, id, sessionTimeoutMs: 1 })
  await send(joinGroup, { ...joinRequest, id, memberId: 'stranger' })
  await send(joinGroup, { ...joinRequest, id, protocols: [] })
  await send(joinGroup, { ...joinRequest, id: '' })
  const a = recordJoin('a', await join({}))
  await commitAs(a, 1, 1n) // Before the assignment.
  await send(syncGroup, sync(a, 1, [a]))
  await commitAs(a, 1, 2n)
  await send(heartbeat, beat(a, 1))
  await send(joinGroup, {
    ...joinRequest,
    id,
    protocols: [{ name: 'other', metadata: Buffer.alloc(0) }],
  })

  const waiting = join({})
  while ((await ask(heartbeat, beat(a, 1))).error === 0);
  await send(syncGroup, sync(a, 1, [a]))
  await commitAs(a, 1, 3n) // While all members rejoin.
  const again = join({ memberId: a })
  const b = recordJoin('b', await waiting)
  recordJoin('a', await again)
  const follower = ask(syncGroup, sync(b, 2, []))
  await send(syncGroup, sync(a, 2, [a, b]))
  responses.push({ assigned: normalize(await follower, { ids }) })
  await send(joinGroup, { ...joinRequest, id, memberId: b }) // Nothing has changed.
  for (const other of [null, 'other']) {
    await send(syncGroup, { ...sync(b, 2, []), protocol: other })
    await send(syncGroup, { ...sync(b, 2, []), protocolType: other })
  }

  for (const [memberId, generation] of [
    [b, 1],
    [b, 3],
    ['stranger', 2],
    ['', -1],
    ['', 2],
  ] as const) {
    await send(heartbeat, beat(memberId, generation))
    await send(syncGroup, sync(memberId, generation, []))
    await commitAs(memberId, generation, 9n)
  }
  await commitAs(b, 2, 1n) // A commit may move back and name any partition.
  await send(leaveGroup, leave('stranger'))
  await send(leaveGroup, leave(b))
  await send(heartbeat, beat(a, 2))
  await commitAs(b, 2, 7n)
  await send(leaveGroup, leave(a))
  await commitAs(a, 2, 7n)
  await commitAs('', -1, 8n) // Any client may commit for an empty group.
  return responses
}
