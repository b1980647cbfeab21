import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('content/guides/kafka.mdx', 'utf8')

test('the Kafka guide shows the output of the example when no broker can be reached', () => {
  const [, shown] = /\$ KAFKA_BROKERS=127\.0\.0\.1:1 npm start\n(.*?)```/s.exec(page) ?? []
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/main.ts'], {
    cwd: 'examples/kafka',
    env: { ...process.env, KAFKA_BROKERS: '127.0.0.1:1', PORT: '0' },
    encoding: 'utf8',
  })
  expect(status).toBe(1)
  expect(stdout + stderr).toBe(shown)
})
