import { scenes } from '../../../contracts/bus/index.ts'
import type { Mutant } from '../mutate.ts'

const bus = 'src/bus.ts'

/** Injected errors of the Kafka example, one at a time. */
export const kafkaMutants: readonly Mutant[] = [
  {
    fault: 'a commit stores the offset of the record instead of the next one',
    file: 'src/fenced-commit.ts',
    from: 'offset: offset + 1n',
    to: 'offset',
    fails: [scenes.resume.name],
  },
  {
    fault: 'a new group starts at the newest record',
    file: bus,
    from: "fallbackMode: 'earliest'",
    to: "fallbackMode: 'latest'",
    fails: [scenes.replay.name],
  },
  {
    fault: 'records go to random partitions regardless of their key',
    file: bus,
    from: 'partitioner: hasKey ? compatibilityPartitioner : undefined',
    to: 'partitioner: () => Math.floor(Math.random() * 4)',
    fails: [scenes.order.name],
  },
  {
    fault: 'a record is committed before it is handled',
    file: bus,
    from: 'await handle(toRecord(message), async () => {',
    to: 'await committer.commit(message)\n        await handle(toRecord(message), async () => {',
    fails: [scenes.crash.name, scenes.deadLetter.name],
  },
  {
    fault: 'a dead letter is published after its record is committed',
    file: 'src/service/dead-letters.ts',
    from: 'await bus.publish(',
    to: 'await commit()\n        await bus.publish(',
    fails: [scenes.deadLetter.name],
  },
  {
    fault: 'headers are lost',
    file: bus,
    from: 'return { ...position, key, value, headers }',
    to: 'return { ...position, key, value, headers: [] }',
    fails: [scenes.versions.name],
  },
  {
    fault: 'null is published as empty',
    file: bus,
    from: 'return data === null ? undefined : Buffer.from(data)',
    to: "return Buffer.from(data ?? '')",
    fails: [scenes.replay.name, scenes.poison.name],
  },
  {
    fault: 'a dead letter has only the last header of each name',
    file: 'src/service/dead-letters.ts',
    from: '...record.headers,',
    to: '...new Map(record.headers.map(([name, value]) => [String(name), value])),',
    fails: [scenes.poison.name],
  },
  {
    fault: 'a dead letter quotes the whole error',
    file: 'src/service/dead-letters.ts',
    from: '.slice(0, maxErrorLength)',
    to: '',
    fails: [scenes.poison.name],
  },
  {
    fault: 'a member starts at the oldest record',
    file: bus,
    from: "mode: 'committed'",
    to: "mode: 'earliest'",
    fails: [scenes.killed.name],
  },
  {
    fault: 'a record can be committed after its handler has returned',
    file: bus,
    from: 'if (hasReturned)',
    to: 'if (false)',
    fails: [scenes.frozen.name],
  },
  {
    fault: 'the committer rejoins the group when its commit is rejected',
    file: bus,
    from: 'await committer.commit(message)',
    to: 'await message.commit()',
    fails: [scenes.frozen.name],
  },
]
