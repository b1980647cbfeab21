/** What PROTOCOL.md says about the order of checks, and about requests that could be refused with one code or another. */
import { expect, test } from 'vitest'
import { errorCodes } from '../../examples/lean-bus/src/protocol/errors.ts'
import {
  magic,
  text,
  types,
  u16,
  u32,
  u64,
  version,
  type Frame,
} from '../../examples/lean-bus/src/protocol/frames.ts'
import { limits } from '../../examples/lean-bus/src/protocol/limits.ts'
import { openInProcess, openPair } from './tools/in-process.ts'
import { createPausableFolder } from './tools/pausable-folder.ts'
import { batchOf, createPeer, frame, hello, readCode } from './tools/peer.ts'

/** An ERROR frame as its correlation and code. */
const readError = (answer: Frame | undefined) => [answer?.correlation, readCode(answer)]

const topic = text('orders')
const subscribe = (correlation: number, group: string, id: number) =>
  frame(types.SUBSCRIBE, correlation, topic, text(group), u32(id), u32(0))
const commit = (correlation: number, id: number, epoch: number, next: bigint) =>
  frame(types.COMMIT, correlation, u32(id), u32(epoch), u64(next))
const greet = (correlation: number, spoken: number) =>
  frame(types.HELLO, correlation, u32(magic), u16(spoken))

test.each<[sent: string, bytes: Buffer[], correlation: number, code: keyof typeof errorCodes]>([
  ['a second HELLO', [hello, greet(2, version)], 2, 'BAD_FRAME'],
  ['a second HELLO of another version', [hello, greet(2, 9)], 2, 'BAD_FRAME'],
  ['a first frame other than HELLO', [frame(types.PING, 2)], 0, 'BAD_FRAME'],
  ['a HELLO of another protocol', [frame(types.HELLO, 2, u32(1), u16(9))], 2, 'BAD_FRAME'],
  ['a HELLO of another version', [greet(2, 9)], 2, 'BAD_VERSION'],
  ['a size under 5', [hello, u32(4)], 0, 'BAD_FRAME'],
  ['a size over the limit', [hello, u32(limits.frame + 1)], 0, 'FRAME_TOO_LARGE'],
  ['a size over 64 before HELLO', [u32(65)], 0, 'FRAME_TOO_LARGE'],
  ['bytes after the last field', [hello, frame(types.PING, 2, u16(0))], 2, 'BAD_FRAME'],
  ['a cut field', [hello, frame(types.CREATE, 2, Buffer.of(9, 97))], 2, 'BAD_FRAME'],
  ['an unknown type', [hello, frame(99, 2)], 2, 'BAD_FRAME'],
  [
    'the ID of a subscription twice',
    [hello, subscribe(3, 'g', 9), subscribe(2, 'h', 9)],
    2,
    'BAD_FRAME',
  ],
])('%s ends the connection with correlation and code', async (_sent, bytes, correlation, code) => {
  const { broker } = await openInProcess()
  const peer = createPeer(openPair(broker).clientEnd)
  peer.write(Buffer.concat(bytes))
  await peer.ended()
  const errors = peer.frames.filter(({ type }) => type === types.ERROR)
  expect(errors.map(readError)).toEqual([[correlation, code]])
})

test('an invalid name is a topic that does not exist or a group that has committed nothing, except in CREATE and SUBSCRIBE', async () => {
  const { connect } = await openInProcess()
  const peer = connect()
  const send = async (type: number, ...parts: Uint8Array[]) => {
    const correlation = peer.frames.length + 100
    peer.write(frame(type, correlation, ...parts))
    return peer.answered(correlation)
  }
  const subscription = [u32(9), u32(0)]
  for (const name of ['Orders', '__groups', 'a/b', '', 'a'.repeat(101), 'lock-~1a2b3c4'].map(
    text,
  )) {
    expect(readCode(await send(types.CREATE, name))).toBe('BAD_NAME')
    expect(readCode(await send(types.SUBSCRIBE, topic, name, ...subscription))).toBe('BAD_NAME')
    const elsewhere = [
      await send(types.SUBSCRIBE, name, text('g'), ...subscription),
      await send(types.SUBSCRIBE, name, name, ...subscription),
      await send(types.PRODUCE, name, batchOf('', 0)),
      await send(types.PRODUCE, name, Buffer.alloc(1)),
      await send(types.READ, name, u64(0n), u32(1)),
      await send(types.STAT, name, text('g')),
    ]
    for (const answer of elsewhere) expect(readCode(answer)).toBe('UNKNOWN_TOPIC')
    const { payload } = await send(types.STAT, topic, name)
    expect(payload).toEqual(Buffer.alloc(24))
  }
})

test('a commit is checked for its lease, then for its epoch, then for its offset', async () => {
  const disk = createPausableFolder()
  const { connect } = await openInProcess({}, disk.folder)
  const peer = connect()
  for (const offset of [0, 1, 2]) {
    peer.write(frame(types.PRODUCE, 90 + offset, topic, batchOf('', 0)))
    await peer.answered(90 + offset)
  }
  peer.write(subscribe(2, 'g', 7))
  peer.write(subscribe(3, 'g', 8))
  await peer.waitFor(() => peer.frames.some(({ type }) => type === types.ACTIVE), 'the lease')
  const refused = [
    // No such subscription, and one on standby.
    [commit(10, 6, 99, 99n), 'NOT_ACTIVE'],
    [commit(11, 8, 99, 99n), 'NOT_ACTIVE'],
    [commit(12, 7, 99, 99n), 'FENCED'],
    [commit(13, 7, 1, 99n), 'OFFSET_RANGE'],
  ] as const
  for (const [i, [bytes, code]] of refused.entries()) {
    peer.write(bytes)
    expect(readCode(await peer.answered(10 + i))).toBe(code)
  }
  // The last accepted commit counts, also before it is on the disk.
  disk.pause('__groups')
  peer.write(commit(20, 7, 1, 2n))
  peer.write(commit(21, 7, 1, 1n))
  peer.write(commit(22, 7, 1, 2n))
  expect(readCode(await peer.answered(21))).toBe('OFFSET_RANGE')
  disk.resume()
  expect(readCode(await peer.answered(20))).toBe('OK')
  expect(readCode(await peer.answered(22))).toBe('OK')
})
