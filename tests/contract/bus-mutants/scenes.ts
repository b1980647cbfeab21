/** The scenes of the bus contract by a word each. */
export const scenes = {
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
