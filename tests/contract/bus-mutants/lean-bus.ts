import { scenes } from '../../../contracts/bus/index.ts'
import type { Mutant } from '../mutate.ts'

const bus = 'src/bus.ts'

/** Bugs injected into the lean bus, one at a time. */
export const leanBusMutants: readonly Mutant[] = [
  {
    fault: 'a silent peer keeps its lease forever',
    file: 'src/broker/connection.ts',
    from: 'else stream.destroy()',
    to: '',
    fails: [scenes.frozen.name],
  },
  {
    fault: 'a member on standby never gets the lease',
    file: 'src/broker/groups.ts',
    from: 'if (hadLease) await activate(key, group)',
    to: '',
    fails: [scenes.killed.name],
  },
  {
    fault: 'a commit stores the offset of the record and not of the next one',
    file: bus,
    from: 'record.offset + 1n',
    to: 'record.offset',
    fails: [scenes.resume.name],
  },
  {
    fault: 'a new group starts at the newest record',
    file: 'src/broker/delivery.ts',
    from: 'begin(lease.start)',
    to: 'begin(lease.start || log.durableEnd())',
    fails: [scenes.replay.name],
  },
  {
    fault: 'the newest delivery is handled first',
    file: 'src/client/inbox.ts',
    from: 'items.shift()',
    to: 'items.pop()',
    fails: [scenes.order.name],
  },
  {
    fault: 'a record is committed before it is handled',
    file: bus,
    from: 'await handle(record, async () => {',
    to: 'await commit(membership, record.offset + 1n)\n  await handle(record, async () => {',
    fails: [scenes.crash.name, scenes.deadLetter.name],
  },
  {
    fault: 'a dead letter is written after its record is committed',
    file: 'src/service/dead-letters.ts',
    from: 'await bus.publish(',
    to: 'await commit()\n        await bus.publish(',
    fails: [scenes.deadLetter.name],
  },
  {
    fault: 'headers are lost',
    file: bus,
    from: 'encodeRecord(record)',
    to: 'encodeRecord({ ...record, headers: [] })',
    fails: [scenes.versions.name],
  },
  {
    fault: 'a null value is delivered as an empty one',
    file: 'src/protocol/records.ts',
    from: 'parts.isValueNull ? null :',
    to: '',
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
    fault: 'a lease starts at the oldest record',
    file: 'src/broker/groups.ts',
    from: 'start: group.next',
    to: 'start: 0n',
    fails: [scenes.killed.name],
  },
  {
    fault: 'a commit works after the handler has returned',
    file: bus,
    from: 'if (hasReturned)',
    to: 'if (false)',
    fails: [scenes.frozen.name],
  },
  {
    fault: 'a member that lost its lease gets no FencedError',
    file: bus,
    from: 'return isOver ? ',
    to: 'return false ? ',
    fails: [scenes.frozen.name],
  },
]
