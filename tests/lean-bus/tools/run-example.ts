import { execa } from 'execa'
import { environmentOf, thisNode } from '../../../contracts/process/runtimes.ts'

/** Runs Node with these arguments on a data folder, to its end. */
export async function runExample(
  args: readonly string[],
  dataDir: string,
  node: readonly string[] = [process.execPath],
) {
  const [file = '', ...before] = node
  const { exitCode, stdout, stderr } = await execa(file, [...before, ...args], {
    env: { ...environmentOf(thisNode()), BROKER_PORT: '0', DATA_DIR: dataDir },
    extendEnv: false,
    reject: false,
    timeout: 30_000,
  })
  return { exitCode, stdout, stderr }
}
