import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connect } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { startKafka } from '../../servers/kafka/kafka.ts'
import { brokerIds } from '../../servers/kafka/metadata.ts'
import { runTool } from '../../servers/kafka/tools.ts'
import { findJava } from '../../scripts/find.ts'
import { root } from '../../scripts/program.mjs'
import { describeWith } from '../tools/describe-with.ts'
import { temporaryFolder } from '../tools/temporary.ts'

interface Run {
  readonly child: ChildProcess
  /** All that it wrote so far. */
  output(): string
  /** Resolves with the first line that begins so. */
  line(start: string): Promise<string>
}

/** Runs the program behind `npm run kafka`, whose temporary files all lie in `folder`. */
function runKafka(folder: string, port: number, args: readonly string[] = []): Run {
  const child = spawn(process.execPath, ['scripts/kafka.ts', ...args], {
    cwd: root,
    env: { ...process.env, KAFKA_PORT: String(port), TMPDIR: folder },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const lines = createInterface(child.stdout)
  return {
    child,
    output: () => output,
    line: (start) =>
      new Promise((resolve, reject) => {
        lines.on('line', (line) => line.startsWith(start) && resolve(line))
        child.once('close', () => reject(new Error(`It ended and wrote: ${output}`)))
      }),
  }
}

/** The command lines of what runs now and names this folder. */
function processesOf(folder: string): string {
  const lines = execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' }).split('\n')
  return lines.filter((line) => line.includes(folder)).join('\n')
}

const addressOf = (line: string) => line.slice('KAFKA_BROKERS='.length)
const portOf = (address: string | undefined) => Number(address?.split(':')[1])

describeWith('npm run kafka', findJava(), (java) => {
  const folder = () => temporaryFolder({}, tmpdir())

  test('prints the brokers last, keeps the data with --keep, and goes on with them', async () => {
    const temporary = folder()
    const keep = join(folder(), 'data')
    const first = runKafka(temporary, 0, ['--keep', keep])
    const brokers = addressOf(await first.line('KAFKA_BROKERS='))
    expect(brokers).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(first.output().trimEnd().split('\n').at(-1)).toBe(`KAFKA_BROKERS=${brokers}`)
    first.child.kill('SIGTERM')
    expect(await once(first.child, 'close')).toEqual([143, null])
    expect(readdirSync(keep)).toEqual(['node-1'])
    expect(readdirSync(temporary)).toEqual([])
    await expect(brokerIds(portOf(brokers))).rejects.toThrow('ECONNREFUSED')

    await using kafka = await startKafka({ java, keep })
    await kafka.run('kafka-topics', ['--create', '--topic', 'kept'])
    await kafka.restart(0)
    expect((await kafka.run('kafka-topics', ['--list'])).trim()).toBe('kept')
  })

  test('a tool reads what another wrote, and a login over TLS is asked for', async () => {
    await using kafka = await startKafka({ java, saslSsl: true })
    await kafka.run('kafka-topics', ['--create', '--topic', 'orders'])
    await kafka.run('kafka-console-producer', ['--topic', 'orders'], { input: 'one\ntwo\n' })
    const read = ['--topic', 'orders', '--from-beginning', '--max-messages', '2']
    expect(await kafka.run('kafka-console-consumer', read)).toBe('one\ntwo\n')

    const { brokers, username, password, ca } = kafka.saslSsl ?? expect.unreachable()
    for (const [mechanism, module] of [
      ['SCRAM-SHA-512', 'scram.ScramLoginModule'],
      ['PLAIN', 'plain.PlainLoginModule'],
    ] as const) {
      const list = (secret: string) => {
        const config = temporaryFolder(
          {
            'client.properties': [
              'security.protocol=SASL_SSL',
              `sasl.mechanism=${mechanism}`,
              `sasl.jaas.config=org.apache.kafka.common.security.${module} required username="${username}" password="${secret}";`,
              'ssl.truststore.type=PEM',
              `ssl.truststore.location=${ca}`,
            ].join('\n'),
          },
          tmpdir(),
        )
        const login = ['--command-config', join(config, 'client.properties')]
        const server = ['--bootstrap-server', brokers.join()]
        return runTool(kafka.jvm, 'kafka-topics', [...server, ...login, '--list'])
      }
      expect(await list(password)).toContain('orders')
      await expect(list('wrong')).rejects.toThrow('SaslAuthenticationException')
    }
    const socket = connect({ port: portOf(brokers[0]), host: '127.0.0.1', ca: readFileSync(ca) })
    await once(socket, 'secureConnect')
    socket.destroy()
  })

  test('three brokers: one is killed and returns, and the others know of it', async () => {
    await using kafka = await startKafka({ java, brokers: 3 })
    const port = portOf(kafka.brokers[0])
    expect(await brokerIds(port)).toEqual([1, 2, 3])
    await kafka.run('kafka-topics', ['--create', '--topic', 'orders'])
    const described = await kafka.run('kafka-topics', ['--describe', '--topic', 'orders'])
    expect(described).toMatch(/ReplicationFactor: 3\s+Configs: min\.insync\.replicas=2/)

    await kafka.stop(2, 'SIGKILL')
    await expect.poll(() => brokerIds(port), { timeout: 30_000 }).toEqual([1, 2])
    await kafka.start(2)
    await expect.poll(() => brokerIds(port), { timeout: 30_000 }).toEqual([1, 2, 3])
  })

  test('a port that is taken is named', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { child, output } = runKafka(folder(), port)
    expect(await once(child, 'close')).toEqual([1, null])
    expect(output()).toMatch(
      new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use\\..*KAFKA_PORT=`),
    )
  })

  test('a broker that does not start is quoted, and none is left', async () => {
    const temporary = folder()
    const keep = temporaryFolder({ 'node-1/meta.properties': 'version=7\n' }, tmpdir())
    const { child, output } = runKafka(temporary, 0, ['--keep', keep])
    expect(await once(child, 'close')).toEqual([1, null])
    expect(output()).toMatch(/^Broker 1 ended with 1 instead of starting\. It wrote:$/m)
    expect(output()).toContain('meta.properties')
    expect(readdirSync(temporary)).toEqual([])
  })

  test('data of three brokers are not started as one', async () => {
    const files = [1, 2, 3].map((id) => [`node-${id}/meta.properties`, ''])
    const keep = temporaryFolder(Object.fromEntries(files), tmpdir())
    await expect(startKafka({ java, keep })).rejects.toThrow(/holds the data of 3 brokers, not 1/)
  })

  // A broker whose data are removed ends by itself; with --keep, only being killed ends it.
  test.each([
    ['SIGTERM', 'Starting Kafka', []],
    ['SIGKILL', 'Starting Kafka', []],
    ['SIGKILL', 'KAFKA_BROKERS=', ['--keep']],
  ] as const)('%s at "%s" leaves no process behind %j', async (signal, start, keep) => {
    const temporary = folder()
    const { child, line } = runKafka(temporary, 0, keep.length > 0 ? [...keep, folder()] : [])
    await line(start)
    await expect.poll(() => processesOf(temporary)).toMatch(/kafka\.Kafka/)
    child.kill(signal)
    await once(child, 'close')
    await expect.poll(() => processesOf(temporary), { timeout: 10_000 }).toBe('')
    expect(readdirSync(temporary)).toEqual([])
  })

  test('without a Java that is new enough it says what to install', () => {
    const home = process.env['JAVA_HOME']
    const path = process.env['PATH']
    onTestFinished(() => {
      process.env['PATH'] = path
      if (home === undefined) delete process.env['JAVA_HOME']
      else process.env['JAVA_HOME'] = home
    })
    delete process.env['JAVA_HOME']
    process.env['PATH'] = folder()
    expect(findJava()).toMatchObject({ missing: expect.stringMatching(/^Install Java 17/) })
  })
})
