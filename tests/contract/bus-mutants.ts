import type { Mutant } from './mutate.ts'

const names = {
  resume: 'a consumer that stops is resumed exactly at its committed offset',
  replay: 'a new group replays history from the first record, byte for byte',
  order: 'records of one key are handled in the order in which they were published',
  crash:
    'after a crash between effect and commit exactly the records from the committed offset on come again, and an idempotent handler makes each effect once',
  poison: 'a poison message is tried 3 times and becomes a dead letter before the log moves on',
  version: 'a reader of version 1 takes an event of version 2 that has one more field',
  killed:
    'two members share the work, and when one is killed the other goes on at the committed offset',
  frozen:
    'a member that was frozen beyond its lease cannot commit, moves nothing back, drops what it had fetched, and works again',
}

const bus = 'src/bus.ts'

/** Faults put into the Kafka example, one at a time. Together they make every scene of the bus contract fail. */
export const busMutants: readonly Mutant[] = [
  {
    fault: 'a commit names the record itself and not the next',
    file: bus,
    from: 'offset: offset + 1n',
    to: 'offset',
    fails: [names.resume],
  },
  {
    fault: 'a new group starts at the newest record',
    file: bus,
    from: "fallbackMode: 'earliest'",
    to: "fallbackMode: 'latest'",
    fails: [names.replay],
  },
  {
    fault: 'records are spread over the partitions whatever their key',
    file: bus,
    from: 'partitioner: compatibilityPartitioner',
    to: 'partitioner: () => Math.floor(Math.random() * 4)',
    fails: [names.order],
  },
  {
    fault: 'a record is committed before it is handled',
    file: bus,
    from: 'await handle(toRecord(message), async () => {',
    to: 'await commit(committer, message)\n        await handle(toRecord(message), async () => {',
    fails: [names.crash, names.poison],
  },
  {
    fault: 'a dead letter is written after its record is committed',
    file: 'src/dead-letters.ts',
    from: 'await bus.publish(',
    to: 'await commit()\n        await bus.publish(',
    fails: [names.poison],
  },
  {
    fault: 'headers are lost',
    file: bus,
    from: 'headers: Object.fromEntries(headers)',
    to: 'headers: {}',
    fails: [names.version],
  },
  {
    fault: 'a member starts at the oldest record',
    file: bus,
    from: "mode: 'committed'",
    to: "mode: 'earliest'",
    fails: [names.killed],
  },
  {
    fault: 'a record may be committed when its handler has returned',
    file: bus,
    from: 'if (fenced || returned)',
    to: 'if (fenced)',
    fails: [names.frozen],
  },
  {
    fault: 'the committer joins again when it is refused',
    file: bus,
    from: 'commit(committer, message).catch',
    to: 'message.commit().catch',
    fails: [names.frozen],
  },
]
