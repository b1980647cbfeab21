import { execa } from 'execa'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bus } from '../../contracts/bus/port.ts'
import { describeOutput } from '../../contracts/process/describe.ts'
import { startProgram, StartError } from '../../contracts/process/program.ts'
import { environmentOf, thisNode } from '../../contracts/process/runtimes.ts'
import { startKafka, type Kafka } from '../../servers/kafka/kafka.ts'
import { findJava } from '../../scripts/find.ts'
import { describeWith } from '../tools/describe-with.ts'

const directory = fileURLToPath(new URL('../../examples/kafka/', import.meta.url))

interface ClusterSettings {
  readonly brokers: readonly string[]
  readonly sessionTimeoutMs: number
}

// Imported by URL, because the example has its own, less strict tsconfig.json.
const source = new URL('../../examples/kafka/src/', import.meta.url).href
const { connect } = (await import(`${source}bus.ts`)) as {
  connect(settings: ClusterSettings): Promise<Bus>
}
const { createTopics } = (await import(`${source}topics.ts`)) as {
  createTopics(settings: ClusterSettings, topics: readonly string[]): Promise<void>
}

/** Environment variables of the example. */
type Variables = Readonly<Record<string, string>>

const addressVariables = (brokers: readonly string[]): Variables => ({
  KAFKA_BROKERS: brokers.join(),
})

const startExample = (env: Variables, argv = ['node', 'src/main.ts']) =>
  startProgram({ argv, directory, env: { ...environmentOf(thisNode()), ...env } })

/** Runs a program until it exits and resolves with its exit code and its last line of output. */
async function runExample(env: Variables, argv?: string[]) {
  const error = await startExample(env, argv).then(
    async (program) => {
      await program[Symbol.asyncDispose]()
      throw new Error(`The program did not exit. ${describeOutput(program.output())}`)
    },
    (error: unknown) => error,
  )
  if (!(error instanceof StartError)) throw error
  expect(error.message).not.toMatch(/^\s+at /m)
  return { message: error.message.split('\n').at(-1) ?? '', code: error.exit?.code }
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
    if (!kafka.saslSsl) throw new Error('Kafka has no listener for logins')
    const { brokers, username, password, ca } = kafka.saslSsl
    overTls = addressVariables(brokers)
    login = {
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: username,
      KAFKA_SASL_PASSWORD: password,
    }
    secure = { ...overTls, KAFKA_TLS: '1', NODE_EXTRA_CA_CERTS: ca }
  })
  afterAll(() => kafka[Symbol.asyncDispose]())

  test.for(['SCRAM-SHA-512', 'PLAIN'])(
    'the Kafka example logs in with %s over TLS',
    async (mechanism) => {
      await using program = await startExample({
        ...secure,
        ...login,
        KAFKA_SASL_MECHANISM: mechanism,
      })
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
      { timeout: 30_000 },
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
    })
    afterAll(() => bus.close())
    const publish = (key: string, bytes = 1) =>
      bus.publish(topic, { key, value: new Uint8Array(bytes) })

    /** Reads this many keys with a new group. */
    async function readKeys(count: number): Promise<string[]> {
      const keys: string[] = []
      const allRead = Promise.withResolvers<null>()
      const group = `readers-${count}`
      const subscription = await bus.subscribe({ topic, group }, async ({ key }) => {
        if (keys.push(key) === count) allRead.resolve(null)
      })
      await Promise.race([allRead.promise, subscription.ended])
      await subscription.stop()
      return keys.sort()
    }

    test('the error for a missing topic names the command that creates it', async () => {
      const missing = bus.publish('absent', { key: 'k', value: new Uint8Array(1) })
      await expect(missing).rejects.toThrow(
        /no topic "absent"\. Create it with: npm run topic -- absent$/,
      )
      await expect(runExample(plain, ['node', 'src/topic.ts', 'absent'])).resolves.toEqual({
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
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await runExample({ PORT: String(port) })).toEqual({
      message: expect.stringMatching(`^HOST=127.0.0.1 PORT=${port}: .*Choose another PORT`),
      code: 1,
    })
    server.close()
  })

  test('SIGTERM stops the Kafka example gracefully before it listens', async () => {
    // This server never answers, so the program waits for its first response.
    const silent = createServer().listen(0, '127.0.0.1')
    const connected = once(silent, 'connection')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const child = execa(thisNode().path, ['src/main.ts'], {
      cwd: directory,
      env: { ...environmentOf(thisNode()), PORT: '0', KAFKA_BROKERS: `127.0.0.1:${port}` },
      extendEnv: false,
    })
    await connected
    child.kill('SIGTERM')
    expect(await child).toMatchObject({ exitCode: 0 })
    silent.close()
  })
})
