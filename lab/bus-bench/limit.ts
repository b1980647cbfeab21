/** What the machine does without a bus: the measure of what a bus can do on it. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { start } from './process.ts'

/**
 * Appends blocks to a new file for so long, and waits for the disk after each if `fsync`. In bytes per second.
 *
 * @param block in bytes
 */
export function diskLimit(folder: string, block: number, fsync: boolean, seconds: number): number {
  const path = join(folder, 'limit')
  const file = openSync(path, 'wx')
  try {
    return writeFor(file, Buffer.alloc(block, 'x'), fsync, seconds)
  } finally {
    closeSync(file)
    rmSync(path)
  }
}

/**
 * Writes for so long that what a rested disk takes at once is spent: what is measured next finds the disk as it is all day.
 * SNIA's Solid State Storage Performance Test Specification measures in that steady state too; it tests for it, and this waits.
 * What is written has to stay until the measurement is over: a virtual disk that is told of a deletion has room again.
 */
export function settleDisk(folder: string, seconds: number): void {
  const file = openSync(join(folder, 'settle'), 'a')
  try {
    writeFor(file, Buffer.alloc(2 ** 20, 'x'), true, seconds)
  } finally {
    closeSync(file)
  }
}

function writeFor(file: number, bytes: Buffer, fsync: boolean, seconds: number): number {
  const begin = performance.now()
  const passed = () => (performance.now() - begin) / 1000
  let written = 0
  while (passed() < seconds) {
    written += writeSync(file, bytes)
    if (fsync) fdatasyncSync(file)
  }
  return written / passed()
}

/** Sends from this process to another over TCP for so long. In bytes per second, as they arrive. */
export async function loopbackLimit(seconds: number): Promise<number> {
  await using receiver = await start('loopback.ts', [])
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
