/**
 * Commits that only the current owner of a partition can make.
 *
 * The client's own loop, in short:
 *
 *     for await (const message of await consumer.consume({ topics })) {
 *       await handle(message)
 *       await message.commit()
 *     }
 *
 * That commit isn't safe after a rebalance. When the broker rejects it, because
 * another member may own the partition by now, the client joins the group again
 * and repeats the commit as a new member. The group's offset moves back.
 *
 * So a second `Consumer` commits here. It has no retries, hence it never joins
 * the group. It commits under the generation in which the message was delivered
 * by taking over `generationId` and `memberId`, two fields that the client uses
 * internally and doesn't document.
 *
 * Tested with @platformatic/kafka 2.12.1. If another version lacks these
 * fields, `connect` fails and names the fix. After an update, run `npm test`:
 * it also checks that a late commit is rejected.
 */
import {
  Consumer,
  type ConsumerOptions,
  type Message,
} from '@platformatic/kafka'
import { FencedError } from './port.ts'
import { needsRejoin, retry } from './retry.ts'

type Options = ConsumerOptions<Buffer, Buffer, Buffer, Buffer>

/** @throws Error when this version of the client lacks the fields we set */
export function checkClient(options: Options) {
  const consumer = new Consumer(options)
  if (consumer.generationId === 0 && consumer.memberId === null) return
  throw new Error(
    'This version of @platformatic/kafka has no Consumer.generationId or Consumer.memberId, which src/fenced-commit.ts needs. Install the version it was tested with: npm install --save-exact @platformatic/kafka@2.12.1',
  )
}

// #region commit
/** Commits for one generation of a consumer, and never for a later one. */
export function createCommitter(
  options: Options,
  { generationId, memberId }: { generationId: number; memberId: string | null },
) {
  const committer = new Consumer({ ...options, retries: 0 })
  Object.assign(committer, { generationId, memberId })
  let isFenced = false
  return {
    isFenced: () => isFenced,
    /** @throws FencedError when another member may own the partition */
    async commit(message: Message) {
      if (isFenced) throw new FencedError('This member lost the partition')
      const { topic, partition, offset, leaderEpoch } = message
      const next = { topic, partition, offset: offset + 1n, leaderEpoch }
      try {
        await retry(() => committer.commit({ offsets: [next] }))
      } catch (cause) {
        isFenced = committer.closed || needsRejoin(cause)
        if (!isFenced) throw cause
        throw new FencedError('This member lost the partition', { cause })
      }
    },
    close: () => committer.close().catch(() => {}),
  }
}
// #endregion
