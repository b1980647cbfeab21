import { execa } from 'execa'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connect } from 'node:tls'
import { expect, onTestFinished, test, vi } from 'vitest'
import { describeOutput } from '../../servers/kafka/error.ts'
import { startKafka } from '../../servers/kafka/kafka.ts'
import { brokerIds } from '../../servers/kafka/metadata.ts'
import { renderSettings } from '../../servers/kafka/settings.ts'
import { findJava } from '../../scripts/find.ts'
import { root } from '../../scripts/program.mjs'
import { describeWith } from '../tools/describe-with.ts'
import { temporaryFolder } from '../tools/temporary.ts'
import { listen } from './listen.ts'

/** Runs the program behind `npm run kafka` with its temporary files in `folder`. */
function runKafka(folder: string, port: number, args: readonly string[] = []) {
  const child = execa(process.execPath, ['scripts/kafka.ts', ...args], {
    cwd: root,
    env: { KAFKA_PORT: String(port), TMPDIR: folder },
    reject: false,
    all: true,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const readOutput = async () => (await child).all
  const lines = createInterface(child.stdout)
  /** Resolves with the first line that starts with `prefix`. */
  const waitForLine = (prefix: string) =>
    new Promise<string>((resolve, reject) => {
      lines.on('line', (line) => line.startsWith(prefix) && resolve(line))
      void readOutput().then((output) =>
        reject(new Error(`The program exited. ${describeOutput(output)}`)),
      )
    })
  return { child, waitForLine }
}

/** Returns the command lines of running processes that name this folder. */
function listProcesses(folder: string): string {
  const lines = execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' }).split('\n')
  return lines.filter((line) => line.includes(folder)).join('\n')
}

const readAddress = (line: string) => line.slice('KAFKA_BROKERS='.length)
const readPort = (address: string | undefined) => Number(address?.split(':')[1])

// failing-brokers.test.ts kills one of three brokers and starts it again.
test('a topic on three brokers has three replicas, and two of them must be in sync', () => {
  const nodes = [1, 2, 3].map((id) => ({
    id,
    port: 9090 + id,
    controllerPort: 9190 + id,
    saslPort: undefined,
    data: `data/${id}`,
  }))
  const settings = renderSettings(nodes[0] ?? expect.unreachable(), nodes, undefined)
  expect(settings).toMatch(/^default\.replication\.factor=3$/m)
  expect(settings).toMatch(/^min\.insync\.replicas=2$/m)
})

describeWith('npm run kafka', findJava(), (java) => {
  const folder = () => temporaryFolder({}, tmpdir())

  test('npm run kafka prints the brokers in the last line and with --keep reuses its data', async () => {
    const temporary = folder()
    const keep = join(folder(), 'data')
    const first = runKafka(temporary, 0, ['--keep', keep])
    const brokers = readAddress(await first.waitForLine('KAFKA_BROKERS='))
    expect(brokers).toMatch(/^127\.0\.0\.1:\d+$/)
    first.child.kill('SIGTERM')
    const { all, exitCode } = await first.child
    expect(exitCode).toBe(143)
    expect(all.split('\n').at(-1)).toBe(`KAFKA_BROKERS=${brokers}`)
    expect(readdirSync(keep)).toEqual(['node-1'])
    expect(readdirSync(temporary)).toEqual([])
    await expect(brokerIds(readPort(brokers))).rejects.toThrow('ECONNREFUSED')

    await using kafka = await startKafka({ java, keep })
    await kafka.run('kafka-topics', ['--create', '--topic', 'kept'])
    await kafka.restart(0)
    expect((await kafka.run('kafka-topics', ['--list'])).trim()).toBe('kept')
  })

  test('a console tool reads what another wrote, and the certificate of the TLS listener is trusted', async () => {
    await using kafka = await startKafka({ java, saslSsl: true })
    await kafka.run('kafka-topics', ['--create', '--topic', 'orders'])
    await kafka.run('kafka-console-producer', ['--topic', 'orders'], { input: 'one\ntwo\n' })
    const read = ['--topic', 'orders', '--from-beginning', '--max-messages', '2']
    expect(await kafka.run('kafka-console-consumer', read)).toBe('one\ntwo\n')

    // example.test.ts logs in there, with the right and the wrong password.
    const { brokers, ca } = kafka.saslSsl ?? expect.unreachable()
    const socket = connect({ port: readPort(brokers[0]), host: '127.0.0.1', ca: readFileSync(ca) })
    await once(socket, 'secureConnect')
    socket.destroy()
  })

  test('npm run kafka names a port that is already in use', async () => {
    const { port } = await listen()
    const { all, exitCode } = await runKafka(folder(), port).child
    expect(exitCode).toBe(1)
    expect(all).toMatch(RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use\\..*KAFKA_PORT=`))
  })

  test('npm run kafka quotes a broker that does not start and leaves no file behind', async () => {
    const temporary = folder()
    const keep = temporaryFolder({ 'node-1/meta.properties': 'version=7\n' }, tmpdir())
    const { all, exitCode } = await runKafka(temporary, 0, ['--keep', keep]).child
    expect(exitCode).toBe(1)
    expect(all).toMatch(/^Broker 1 exited with 1 instead of starting\. It wrote:$/m)
    expect(all).toContain('meta.properties')
    expect(readdirSync(temporary)).toEqual([])
  })

  test('the data of three brokers cannot be started as one broker', async () => {
    const files = [1, 2, 3].map((id) => [`node-${id}/meta.properties`, ''])
    const keep = temporaryFolder(Object.fromEntries(files), tmpdir())
    await expect(startKafka({ java, keep })).rejects.toThrow(/holds the data of 3 brokers, not 1/)
  })

  // A broker exits when its data are removed. With --keep only a signal stops it.
  test.each([
    ['SIGTERM', 'Starting Kafka', []],
    ['SIGKILL', 'Starting Kafka', []],
    ['SIGKILL', 'KAFKA_BROKERS=', ['--keep']],
  ] as const)(
    '%s after the line "%s" leaves no process of npm run kafka with the options %j',
    async (signal, start, keep) => {
      const temporary = folder()
      const { child, waitForLine } = runKafka(
        temporary,
        0,
        keep.length > 0 ? [...keep, folder()] : [],
      )
      await waitForLine(start)
      await expect.poll(() => listProcesses(temporary)).toMatch(/kafka\.Kafka/)
      child.kill(signal)
      await child
      await expect.poll(() => listProcesses(temporary), { timeout: 10_000 }).toBe('')
      expect(readdirSync(temporary)).toEqual([])
    },
  )

  test('without Java 17 or later the error says what to install', () => {
    onTestFinished(() => void vi.unstubAllEnvs())
    vi.stubEnv('JAVA_HOME', undefined)
    vi.stubEnv('PATH', folder())
    expect(findJava()).toMatchObject({ missing: expect.stringMatching(/^Install Java 17/) })
  })
})
