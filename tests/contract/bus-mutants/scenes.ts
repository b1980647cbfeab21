/** Short keys for the names of the scenes. */
export const scenes = {
  resume: 'a consumer that stops resumes exactly at its committed offset',
  replay: 'a new group replays history from the first record, byte for byte',
  order: 'records of one key are handled in the order in which they were published',
  crash:
    'after a crash between effect and commit, exactly the records from the committed offset on are redelivered, and an idempotent handler makes each effect happen once',
  poison: 'a poison message is tried 3 times and becomes a dead letter before the log moves on',
  version: 'a version-1 reader accepts a version-2 event with an added field',
  killed:
    'two members share the work, and when one is killed the other continues at the committed offset',
  frozen:
    'a member that was frozen beyond its lease cannot commit, does not move the group back, drops the records it had fetched, and works again',
}
