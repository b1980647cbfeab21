/** Measures what the machine does without a bus: the limit for every bus on it. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { createConnection } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProcess } from './process.ts'

/**
 * Appends blocks to a file.
 *
 * @param fsync whether each block is followed by fdatasync
 * @returns bytes per second
 */
export function measureDisk(path: string, blockBytes: number, fsync: boolean, seconds: number) {
  const block = Buffer.alloc(blockBytes, 'x')
  const file = openSync(path, 'a')
  const begin = performance.now()
  const passed = () => (performance.now() - begin) / 1000
  let written = 0
  try {
    while (passed() < seconds) {
      written += writeSync(file, block)
      if (fsync) fdatasyncSync(file)
    }
    return written / passed()
  } finally {
    closeSync(file)
  }
}

/**
 * Spends the disk's burst capacity by writing, so that the next measurement finds the disk as it is under sustained load. SNIA's
 * Solid State Storage Performance Test Specification measures in that steady state too; it tests for it, this function waits.
 * The file must stay until the measurement is over: a virtual disk regains capacity when files are deleted.
 */
export function sustainLoad(path: string, seconds: number): void {
  measureDisk(path, 2 ** 20, true, seconds)
}

/** Sends from this process to another one over TCP. Returns the bytes per second that arrive. */
export async function measureLoopback(seconds: number): Promise<number> {
  await using receiver = await startProcess('loopback.ts', [])
  const socket = createConnection(await receiver.ask<number>('port'), '127.0.0.1')
  const chunk = Buffer.alloc(2 ** 16)
  const fill = () => {
    while (socket.write(chunk));
  }
  socket.on('connect', fill).on('drain', fill)
  await sleep(seconds * 250)
  await receiver.ask('begin')
  await sleep(seconds * 1000)
  const rate = await receiver.ask<number>('end')
  socket.destroy()
  return rate
}
