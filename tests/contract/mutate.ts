import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A change to one place of an example. */
export interface Edit {
  /** The path of the file in the published form. */
  readonly file: string
  /** Occurs once in the file. */
  readonly from: string
  readonly to: string
}

/** An injected failure: a change to an example, and the checks that must detect it. */
export interface Mutant extends Edit {
  /** The effect of the change, as a user of the example would see it. */
  readonly fault: string
  /** Names of the checks that must fail. Others may fail too. */
  readonly fails: readonly string[]
}

/**
 * Copies an example and changes one place in it, or more. The copy shares the installed packages.
 *
 * @param original the folder of the example, with its packages installed
 * @returns the folder of the copy
 * @throws Error when the file doesn't have the text `from` exactly once
 */
export async function mutate(
  id: string,
  original: string,
  { fault, ...first }: Omit<Mutant, 'fails'>,
  ...others: readonly Edit[]
): Promise<string> {
  const directory = join(original, 'mutants', fault.replaceAll(' ', '-'))
  await mkdir(directory, { recursive: true })
  const packages = ['node_modules', '.venv']
  for (const name of await readdir(original)) {
    if (name === 'mutants' || name === 'target') continue
    if (packages.includes(name)) await symlink(join(original, name), join(directory, name))
    else await cp(join(original, name), join(directory, name), { recursive: true })
  }
  const manifest = join(directory, 'Cargo.toml')
  if (existsSync(manifest)) {
    // Copies share Cargo's build folder. A feature of its own keeps a copy from running the program of another.
    const feature = fault.replaceAll(/\W+/g, '-')
    await appendFile(manifest, `\n[features]\ndefault = ["${feature}"]\n${feature} = []\n`)
  }
  for (const { file, from, to } of [first, ...others]) {
    const path = join(directory, file)
    const text = await readFile(path, 'utf8')
    const found = text.split(from).length - 1
    if (found !== 1) {
      throw new Error(
        `examples/${id}/${file} has the text ${JSON.stringify(from)} ${found} times instead of once. Update the mutant in tests/contract.`,
      )
    }
    await writeFile(
      path,
      text.replace(from, () => to),
    )
  }
  return directory
}
