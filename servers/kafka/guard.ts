/**
 * Kills brokers and removes a folder when the process that started this one is gone. Standard input ends then, even after
 * SIGKILL. Each line of the input is a JSON array of the process IDs that run now.
 *
 *   node guard.ts <folder>
 */
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [, , folder = ''] = process.argv
let running: readonly number[] = []
for await (const line of createInterface(process.stdin)) running = JSON.parse(line)

for (const pid of running) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // The broker has already exited.
  }
}
// Retries, because a dying broker may still write files.
rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
