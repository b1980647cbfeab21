import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bus } from '../../contracts/bus/port.ts'
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

// By address: the example is checked by its own tsconfig.json, which is less strict than ours.
const source = new URL('../../examples/kafka/src/', import.meta.url).href
const { connect } = (await import(`${source}bus.ts`)) as {
  connect(settings: ClusterSettings): Promise<Bus>
}
const { createTopics } = (await import(`${source}topics.ts`)) as {
  createTopics(settings: ClusterSettings, topics: readonly string[]): Promise<void>
}

/** What the environment gives the example beside what every program gets. */
type Given = Readonly<Record<string, string>>

const addresses = (brokers: readonly string[]): Given => ({ KAFKA_BROKERS: brokers.join() })

const start = (env: Given, argv = ['node', 'src/main.ts']) =>
  startProgram({ argv, directory, env: { ...environmentOf(thisNode()), ...env } })

/** Runs a program that fails, and resolves with the last line that it wrote and its code. */
async function fail(env: Given, argv?: string[]): Promise<{ said: string; code: unknown }> {
  const error = await start(env, argv).then(
    async (program) => {
      await program[Symbol.asyncDispose]()
      throw new Error(`It did not fail and wrote: ${program.output()}`)
    },
    (error: unknown) => error,
  )
  if (!(error instanceof StartError)) throw error
  expect(error.message).not.toMatch(/^\s+at /m)
  return { said: error.message.split('\n').at(-1) ?? '', code: error.exit?.code }
}

describeWith('the Kafka example, against real Kafka', findJava(), (java) => {
  let kafka: Kafka
  let plain: Given
  let overTls: Given
  let login: Given
  let secure: Given
  beforeAll(async () => {
    kafka = await startKafka({ java, saslSsl: true })
    plain = addresses(kafka.brokers)
    if (!kafka.saslSsl) throw new Error('no listener for logins')
    const { brokers, username, password, ca } = kafka.saslSsl
    overTls = addresses(brokers)
    login = {
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: username,
      KAFKA_SASL_PASSWORD: password,
    }
    secure = { ...overTls, KAFKA_TLS: '1', NODE_EXTRA_CA_CERTS: ca }
  })
  afterAll(() => kafka[Symbol.asyncDispose]())

  test.for(['SCRAM-SHA-512', 'PLAIN'])('logs in by %s over TLS', async (mechanism) => {
    await using program = await start({ ...secure, ...login, KAFKA_SASL_MECHANISM: mechanism })
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
  })

  describe.concurrent('says what to mend', () => {
    const cases: [name: string, env: () => Given, said: RegExp][] = [
      [
        'a broker that is not there',
        () => ({ KAFKA_BROKERS: '127.0.0.1:1' }),
        /cannot be reached\. Check KAFKA_BROKERS/,
      ],
      [
        'a wrong password, by SCRAM',
        () => ({ ...secure, ...login, KAFKA_SASL_PASSWORD: 'wrong' }),
        /rejects the login of orders with SCRAM-SHA-512\. Check .*KAFKA_SASL_PASSWORD/,
      ],
      [
        'a wrong password, by PLAIN',
        () => ({
          ...secure,
          ...login,
          KAFKA_SASL_MECHANISM: 'PLAIN',
          KAFKA_SASL_PASSWORD: 'wrong',
        }),
        /rejects the login of orders with PLAIN\. Check .*KAFKA_SASL_PASSWORD/,
      ],
      [
        'a mechanism that the broker has not',
        () => ({ ...secure, ...login, KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256' }),
        /does not support SCRAM-SHA-256\. Set KAFKA_SASL_MECHANISM/,
      ],
      [
        'no login where one is asked for',
        () => secure,
        /closes the connection.*KAFKA_SASL_MECHANISM/,
      ],
      [
        'a login where none is asked for',
        () => ({ ...plain, ...login }),
        /does not ask for a login\. Unset KAFKA_SASL_MECHANISM/,
      ],
      ['no TLS where it is needed', () => overTls, /requires TLS\. Set KAFKA_TLS=1\./],
      [
        'a login without TLS where it is needed',
        () => ({ ...overTls, ...login }),
        /closes the connection.*KAFKA_TLS=1/,
      ],
      [
        'TLS where there is none',
        () => ({ ...plain, KAFKA_TLS: '1' }),
        /does not use TLS\. Unset KAFKA_TLS/,
      ],
      [
        'a certificate of an unknown authority',
        () => ({ ...secure, ...login, NODE_EXTRA_CA_CERTS: '' }),
        /is not trusted\. Set NODE_EXTRA_CA_CERTS/,
      ],
      [
        'a session timeout that the broker refuses',
        () => ({ ...plain, KAFKA_SESSION_TIMEOUT_MS: '999' }),
        /rejects this KAFKA_SESSION_TIMEOUT_MS\. Set/,
      ],
    ]
    test.for(cases)('%s', { timeout: 30_000 }, async ([, env, said]) => {
      expect(await fail(env())).toEqual({ said: expect.stringMatching(said), code: 1 })
    })
  })

  describe('publish', () => {
    const topic = 'manners'
    let bus: Bus
    beforeAll(async () => {
      const settings = { brokers: kafka.brokers, sessionTimeoutMs: 6000 }
      await createTopics(settings, [topic])
      bus = await connect(settings)
    })
    afterAll(() => bus.close())
    const publish = (key: string, bytes = 1) =>
      bus.publish(topic, { key, value: new Uint8Array(bytes) })

    /** The keys that a new group reads until it has as many as that. */
    async function keys(count: number): Promise<string[]> {
      const read: string[] = []
      const all = Promise.withResolvers<null>()
      const group = `manners-${count}`
      const subscription = await bus.subscribe({ topic, group }, async ({ key }) => {
        if (read.push(key) === count) all.resolve(null)
      })
      await Promise.race([all.promise, subscription.ended])
      await subscription.stop()
      return read.sort()
    }

    test('a topic that is missing is made by the command that the error names', async () => {
      const missing = bus.publish('absent', { key: 'k', value: new Uint8Array(1) })
      await expect(missing).rejects.toThrow(
        /no topic "absent"\. Create it with: npm run topic -- absent$/,
      )
      await expect(fail(plain, ['node', 'src/topic.ts', 'absent'])).resolves.toEqual({
        said: 'Created or found: absent',
        code: 0,
      })
      await bus.publish('absent', { key: 'k', value: new Uint8Array(1) })
    })

    test('a record that is too large is refused, and its neighbours are kept', async () => {
      const [before, large, after] = await Promise.allSettled([
        publish('before'),
        publish('large', 2_000_000),
        publish('after'),
      ])
      expect([before.status, after.status]).toEqual(['fulfilled', 'fulfilled'])
      expect(large).toMatchObject({
        reason: { message: expect.stringMatching(/max\.message\.bytes/) },
      })
      expect(await keys(2)).toEqual(['after', 'before'])
    })

    test('a restart of the broker is waited for', async () => {
      await kafka.stop(0)
      const acknowledged = Promise.all([publish('during-1'), publish('during-2')])
      await kafka.start(0)
      await acknowledged
      expect(await keys(4)).toEqual(['after', 'before', 'during-1', 'during-2'])
    })

    test('a broker that stays away is given up, and what was acknowledged is there later', async () => {
      await kafka.stop(0)
      await expect(publish('lost')).rejects.toThrow(/cannot be reached/)
      await kafka.start(0)
      await publish('later')
      expect(await keys(5)).toEqual(['after', 'before', 'during-1', 'during-2', 'later'])
    })
  })
})

describe('the Kafka example', () => {
  test.for([
    [{ PORT: 'abc' }, 'PORT=abc is invalid. Set it to a number from 0 to 65535.'],
    [{ PORT: '65536' }, 'PORT=65536 is invalid. Set it to a number from 0 to 65535.'],
    [{ KAFKA_BROKERS: 'localhost' }, /^KAFKA_BROKERS=localhost is invalid: .* host:port/],
    [{ KAFKA_TLS: 'yes' }, /^KAFKA_TLS=yes is invalid\. Set it to 1/],
  ] as const)('refuses %j', async ([env, said]) => {
    expect(await fail(env)).toEqual({ said: expect.stringMatching(said), code: 1 })
  })

  test('says which port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await fail({ PORT: String(port) })).toEqual({
      said: expect.stringMatching(`^HOST=127.0.0.1 PORT=${port}: .*Choose another PORT`),
      code: 1,
    })
    server.close()
  })

  test('SIGTERM ends it in order before it listens, too', async () => {
    // Takes connections and never answers: the program waits for its first answer.
    const silent = createServer().listen(0, '127.0.0.1')
    const asked = once(silent, 'connection')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const child = spawn(thisNode().path, ['src/main.ts'], {
      cwd: directory,
      env: { ...environmentOf(thisNode()), PORT: '0', KAFKA_BROKERS: `127.0.0.1:${port}` },
    })
    await asked
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    silent.close()
  })
})
