import { findCoordinator } from '../../../examples/kafka/dev-broker/api-groups.ts'
import { initProducerId } from '../../../examples/kafka/dev-broker/api-records.ts'
import {
  createTopics,
  deleteTopics,
  metadata,
} from '../../../examples/kafka/dev-broker/api-topics.ts'
import type { Api } from '../../../examples/kafka/dev-broker/api.ts'
import { apiVersions } from '../../../examples/kafka/dev-broker/requests.ts'
import { noId } from '../../../examples/kafka/dev-broker/topics.ts'
import { normalize } from './normalize.ts'
import { createTopic, readVersions, request, waitForTopics } from './topics.ts'

const missing = 'no-such-topic'
const missingId = 'f'.repeat(32)

type Key = { readonly name: string; readonly id: string }

/** Sends the requests that neither read nor write records in every version. Returns all responses. */
export async function sendEveryVersion(port: number): Promise<unknown[]> {
  const responses: unknown[] = []
  const ids = new Map<string, string>()
  const send = async <Request, Response>(
    api: Api<Request, Response>,
    version: number,
    body: Request,
  ) => {
    const response = await request(port, api, body, version)
    return {
      response,
      record: () =>
        responses.push({ key: api.key, version, response: normalize(response, { ids }) }),
    }
  }
  for (const version of versionsOf(apiVersions)) {
    const { error, apis } = await readVersions(port, version)
    responses.push({ version, error, apis: apis.filter(({ key }) => key === apiVersions.key) })
  }
  for (const version of versionsOf(findCoordinator)) {
    const { record } = await send(findCoordinator, version, { id: 'a', type: 0, ids: ['a', 'b'] })
    record()
  }
  for (const version of versionsOf(initProducerId)) {
    const { record } = await send(initProducerId, version, { transaction: null })
    record()
  }
  await createTopic(port, 'existing', 1)
  const created: Key[] = []
  for (const version of versionsOf(createTopics)) {
    for (const onlyValidate of [1, 0]) {
      const names = [`created-${version}`, `also-${version}`, 'existing', '.']
      const asked = names.map((name) => ({
        name,
        partitions: -1,
        replicas: -1,
        assignments: [],
        configs: [],
      }))
      const { response, record } = await send(createTopics, version, { asked, onlyValidate })
      for (const { name, id } of response.topics) if (id !== noId) ids.set(id, name)
      record()
      if (!onlyValidate) await waitForTopics(port, names.slice(0, 2))
    }
    const { topics } = await request(port, metadata, { asked: null }, 12)
    for (const { name, id } of topics) {
      ids.set(id, name ?? '')
      if (name === `created-${version}` || name === `also-${version}`) created.push({ name, id })
    }
  }
  for (const version of versionsOf(metadata)) {
    const byName = ['existing', 'existing', missing, 'a/b'].map((name) => ({
      name,
      id: noId,
    }))
    const named = await send(metadata, version, { asked: byName })
    named.record()
    if (version < 12) continue
    const byId = [...created, { id: missingId }].map(({ id }) => ({ name: null, id }))
    const identified = await send(metadata, version, { asked: byId })
    identified.record()
  }
  created.sort((one, other) => (one.name < other.name ? -1 : 1))
  for (const version of versionsOf(deleteTopics)) {
    const [one, other] = created.splice(0, 2) as [Key, Key]
    const names = [one.name, other.name, other.name, missing]
    const byId = [one, other, other, { id: missingId }].map(({ id }) => ({ name: null, id }))
    const asked = [...byId, { name: missing, id: noId }]
    const { record } = await send(deleteTopics, version, { asked, names })
    record()
  }
  return responses
}

function versionsOf({ versions: [min, max] }: Api): number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index)
}
