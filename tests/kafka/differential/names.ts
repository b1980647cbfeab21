import {
  createTopics,
  deleteTopics,
  metadata,
} from '../../../examples/kafka/dev-broker/api-topics.ts'
import { noId } from '../../../examples/kafka/dev-broker/topics.ts'
import { normalize } from './normalize.ts'
import { createTopic, request, waitForTopics } from './topics.ts'

type NewTopic = Parameters<typeof createTopics.answer>[0]['asked'][number]

/** Creates and deletes topics with names that exist, collide, repeat or are invalid. Returns all responses. */
export async function manageNames(port: number): Promise<unknown[]> {
  const responses: unknown[] = []
  const create = async (topics: readonly (string | Partial<NewTopic>)[], onlyValidate = 1) => {
    const asked = topics.map((topic) => ({
      ...{ name: 'new', partitions: 1, replicas: 1, assignments: [], configs: [] },
      ...(typeof topic === 'string' ? { name: topic } : topic),
    }))
    const response = await request(port, createTopics, { asked, onlyValidate }, 6)
    responses.push({ topics, response: normalize(response, {}) })
  }
  await createTopic(port, 'shop.events', 1)
  await create(['shop_events', 'shop.events', 'shop-events', 'shop.event_s'])
  await create(['a.b', 'a_b', 'twice', 'twice', 'shop_events', 'shop_events'], 0)
  await waitForTopics(port, ['a.b', 'a_b'])
  await create(['.', '..', '', 'a/b', 'é', 'x'.repeat(249), 'x'.repeat(250), 'x.'.repeat(125)])
  for (const partitions of [-2, -1, 0]) await create([{ partitions }, { name: 'a.b', partitions }])
  for (const replicas of [-2, -1, 0, 2]) {
    await create([
      { replicas },
      { name: 'a_b', replicas },
      { name: 'both', replicas, partitions: 0 },
    ])
  }
  const names = ['a.b', 'no-such-topic', 'a.b', 'no-such-topic', 'a_b']
  const keys = names.map((name) => ({ name, id: noId }))
  const listed = await request(port, metadata, { asked: keys })
  const deleted = await request(port, deleteTopics, { asked: [], names }, 5)
  await request(port, deleteTopics, { asked: [], names: ['a.b', 'shop.events'] }, 5)
  return [...responses, normalize(listed, {}), normalize(deleted, {})]
}
