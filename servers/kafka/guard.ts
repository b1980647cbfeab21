/**
 * Kills brokers and removes a folder when whoever started them is gone, however that came about: its input ends then, and
 * nothing else can be relied upon after SIGKILL. Each line of the input is a JSON array of the process ids that run now.
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
    // It has ended by itself.
  }
}
// Again when a broker, not yet dead, has written another file meanwhile.
rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
