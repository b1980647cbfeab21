import { execa } from 'execa'
import { once } from 'node:events'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Bus } from '../../contracts/bus/port.ts'
import { startProgram } from '../../contracts/process/program.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import { startKafka, type Kafka } from '../../servers/kafka/kafka.ts'
import { findJava, findKcat } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'
import { handleUntil } from '../tools/handle-until.ts'
import { listen } from './listen.ts'
import { connect, createTopics, directory } from './client.ts'

/** Environment variables of the example. */
type Variables = Readonly<Record<string, string>>

const addressVariables = (brokers: readonly string[]): Variables => ({
  KAFKA_BROKERS: brokers.join(),
})

const environment = environmentOf(thisNode())

/** Starts a program of the example. It gets 50 s to exit, if a test waits for that. */
const runProgram = (env: Variables, args = ['src/main.ts']) =>
  execa(thisNode().path, args, {
    cwd: directory,
    env: { ...environment, PORT: '0', ...env },
    extendEnv: false,
    all: true,
    reject: false,
    timeout: 50_000,
  })

/** Runs a program until it exits and resolves with its exit code and its last line of output. */
async function runExample(env: Variables, args?: string[]) {
  const { all, exitCode } = await runProgram(env, args)
  expect(all).not.toMatch(/^\s+at /m)
  return { message: all.split('\n').at(-1), code: exitCode }
}

describeWith('the Kafka example with real Kafka', findJava(), (java) => {
  let kafka: Kafka
  let plain: Variables
  let overTls: Variables
  let login: Variables
  let secure: Variables
  beforeAll(async () => {
    kafka = await startKafka({ java, saslSsl: true })
    plain = addressVariables(kafka.brokers)
    const { brokers, username, password, ca } = kafka.saslSsl ?? expect.unreachable()
    overTls = addressVariables(brokers)
    login = {
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: username,
      KAFKA_SASL_PASSWORD: password,
    }
    secure = { ...overTls, KAFKA_TLS: '1', NODE_EXTRA_CA_CERTS: ca }
    return () => kafka[Symbol.asyncDispose]()
  })

  test.for(['SCRAM-SHA-512', 'PLAIN'])(
    'the Kafka example logs in with %s over TLS',
    async (mechanism) => {
      const env = { ...environment, ...secure, ...login, KAFKA_SASL_MECHANISM: mechanism }
      await using program = await startProgram({ argv: ['node', 'src/main.ts'], directory, env })
      expect(program.stdout().match(/http:\/\//g)).toHaveLength(1)
      expect(program.stdout()).toMatch(/shipping {2,}redelivered/)
      expect(program.stdout()).toMatch(/analytics {2,}caught up/)
      const health = await program.target.fetch('/health')
      expect([health.status, await health.text()]).toEqual([200, '{"status":"ok"}'])
      const page = await (await program.target.fetch('/')).text()
      expect(page).toContain(`Using the cluster at ${overTls['KAFKA_BROKERS']}.`)
      expect(page).toContain('redelivered')
      program.signal('SIGTERM')
      expect(await program.exit).toEqual({ code: 0, signal: null })
    },
  )

  describeWith('kcat', findKcat(), (kcat) => {
    test('records that another client sends as null or without text become dead letters, and the service continues', async () => {
      const env = { ...environment, ...plain }
      await using program = await startProgram({ argv: ['node', 'src/main.ts'], directory, env })
      const produce = ['-P', '-b', kafka.brokers.join(), '-t', 'orders', '-K:', '-Z']
      const send = (input: Buffer, ...headers: string[]) =>
        execa(kcat, [...produce, ...headers], { input })
      await send(Buffer.from('k9:\n'))
      await send(Buffer.from('k10:\n'), '-H', 'name=', '-H', 'name', '-H', 'name=1')
      await send(Buffer.of(0xff, 0x3a, 0xfe))
      const countLetters = () => program.stdout().match(/ dead letter .*: \w*Error: The /g)?.length
      await expect.poll(countLetters, { timeout: 60_000 }).toBe(3)
      const read = ['-C', '-b', kafka.brokers.join(), '-t', 'orders.dlq', '-e', '-q', '-Z']
      const { stdout } = await execa(kcat, [...read, '-f', '%k %S %h\n'], { encoding: 'latin1' })
      const letters = stdout.split('\n').map((line) => line.replace(/origin-.*/, ''))
      expect(letters).toEqual(
        expect.arrayContaining(['k9 -1 ', 'k10 -1 name=,name=NULL,name=1,', '\u00ff 1 ']),
      )
      program.signal('SIGTERM')
      expect(await program.exit).toEqual({ code: 0, signal: null })
    })
  })

  describe.concurrent('connection errors', () => {
    const cases: [problem: string, env: () => Variables, message: RegExp][] = [
      [
        'an unreachable broker',
        () => ({ KAFKA_BROKERS: '127.0.0.1:1' }),
        /cannot be reached\. Check KAFKA_BROKERS/,
      ],
      [
        'a wrong password with SCRAM',
        () => ({ ...secure, ...login, KAFKA_SASL_PASSWORD: 'wrong' }),
        /rejects the login of orders with SCRAM-SHA-512\. Check .*KAFKA_SASL_PASSWORD/,
      ],
      [
        'a wrong password with PLAIN',
        () => ({
          ...secure,
          ...login,
          KAFKA_SASL_MECHANISM: 'PLAIN',
          KAFKA_SASL_PASSWORD: 'wrong',
        }),
        /rejects the login of orders with PLAIN\. Check .*KAFKA_SASL_PASSWORD/,
      ],
      [
        'a mechanism that the broker does not support',
        () => ({ ...secure, ...login, KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256' }),
        /does not support SCRAM-SHA-256\. Set KAFKA_SASL_MECHANISM/,
      ],
      ['a missing login', () => secure, /closes the connection.*KAFKA_SASL_MECHANISM/],
      [
        'a login that the broker does not ask for',
        () => ({ ...plain, ...login }),
        /does not ask for a login\. Unset KAFKA_SASL_MECHANISM/,
      ],
      ['missing TLS', () => overTls, /requires TLS\. Set KAFKA_TLS=1\./],
      [
        'a login without the required TLS',
        () => ({ ...overTls, ...login }),
        /closes the connection.*KAFKA_TLS=1/,
      ],
      [
        'TLS that the broker does not use',
        () => ({ ...plain, KAFKA_TLS: '1' }),
        /does not use TLS\. Unset KAFKA_TLS/,
      ],
      [
        'a certificate of an unknown authority',
        () => ({ ...secure, ...login, NODE_EXTRA_CA_CERTS: '' }),
        /is not trusted\. Set NODE_EXTRA_CA_CERTS/,
      ],
      [
        'a session timeout that the broker rejects',
        () => ({ ...plain, KAFKA_SESSION_TIMEOUT_MS: '999' }),
        /rejects this KAFKA_SESSION_TIMEOUT_MS\. Set/,
      ],
    ]
    test.for(cases)(
      'the error for %s names the fix',
      // The client itself retries for 20 s.
      { timeout: 60_000 },
      async ([, env, message]) => {
        expect(await runExample(env())).toEqual({
          message: expect.stringMatching(message),
          code: 1,
        })
      },
    )
  })

  describe('publish', () => {
    const topic = 'published'
    let bus: Bus
    beforeAll(async () => {
      const settings = { brokers: kafka.brokers, sessionTimeoutMs: 6000 }
      await createTopics(settings, [topic])
      bus = await connect(settings)
      return () => bus.close()
    })
    const publish = (key: string, bytes = 1) =>
      bus.publish(topic, { key, value: new Uint8Array(bytes) })

    /** Reads this many keys with a new group. */
    async function readKeys(count: number): Promise<string[]> {
      const keys: string[] = []
      const from = { topic, group: `readers-${count}` }
      await handleUntil(bus, from, async ({ key }) => keys.push(String(key)) === count)
      return keys.sort()
    }

    test('the error for a missing topic names the command that creates it', async () => {
      const missing = bus.publish('absent', { key: 'k', value: new Uint8Array(1) })
      await expect(missing).rejects.toThrow(
        /no topic "absent"\. Create it with: npm run topic -- absent$/,
      )
      await expect(runExample(plain, ['src/topic.ts', 'absent'])).resolves.toEqual({
        message: 'Created or found: absent',
        code: 0,
      })
      await bus.publish('absent', { key: 'k', value: new Uint8Array(1) })
    })

    test('a record that is too large is rejected and the records around it are kept', async () => {
      const [before, large, after] = await Promise.allSettled([
        publish('before'),
        publish('large', 2_000_000),
        publish('after'),
      ])
      expect([before.status, after.status]).toEqual(['fulfilled', 'fulfilled'])
      expect(large).toMatchObject({
        reason: { message: expect.stringMatching(/max\.message\.bytes/) },
      })
      expect(await readKeys(2)).toEqual(['after', 'before'])
    })

    test('a publish waits for a broker that restarts', async () => {
      await kafka.stop(0)
      const acknowledged = Promise.all([publish('during-1'), publish('during-2')])
      await kafka.start(0)
      await acknowledged
      expect(await readKeys(4)).toEqual(['after', 'before', 'during-1', 'during-2'])
    })

    test('a publish to a stopped broker fails in the end and acknowledged records are kept', async () => {
      await kafka.stop(0)
      await expect(publish('lost')).rejects.toThrow(/cannot be reached/)
      await kafka.start(0)
      await publish('later')
      expect(await readKeys(5)).toEqual(['after', 'before', 'during-1', 'during-2', 'later'])
    })
  })
})

describe('the Kafka example without a cluster', () => {
  test.for([
    [{ PORT: 'abc' }, 'PORT=abc is invalid. Set it to a number from 0 to 65535.'],
    [{ PORT: '65536' }, 'PORT=65536 is invalid. Set it to a number from 0 to 65535.'],
    [{ KAFKA_BROKERS: 'localhost' }, /^KAFKA_BROKERS=localhost is invalid: .* host:port/],
    [{ KAFKA_TLS: 'yes' }, /^KAFKA_TLS=yes is invalid\. Set it to 1/],
  ] as const)(
    'the Kafka example rejects the settings %j with an error that names the variable',
    async ([env, message]) => {
      expect(await runExample(env)).toEqual({ message: expect.stringMatching(message), code: 1 })
    },
  )

  test('the Kafka example names the port that is already in use', async () => {
    const { port } = await listen()
    expect(await runExample({ PORT: String(port) })).toEqual({
      message: expect.stringMatching(`^HOST=127.0.0.1 PORT=${port}: .*Choose another PORT`),
      code: 1,
    })
  })

  test('SIGTERM stops the Kafka example gracefully before it listens', async () => {
    // This server never answers, so the program waits for its first response.
    const { server, port } = await listen()
    const child = runProgram({ KAFKA_BROKERS: `127.0.0.1:${port}` })
    await once(server, 'connection')
    child.kill('SIGTERM')
    expect(await child).toMatchObject({ exitCode: 0 })
  })
})
