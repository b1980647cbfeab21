import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A fault to be put into an example, and the checks that have to notice. */
export interface Mutant {
  /** What is wrong with it, as its user would see it. */
  readonly fault: string
  /** In the published form of the example. */
  readonly file: string
  /** Occurs once in the file. */
  readonly from: string
  readonly to: string
  /** The names of checks that must fail. Others may. */
  readonly fails: readonly string[]
}

/**
 * Makes a copy of an example with a fault in it, which shares its packages.
 *
 * @param original where the example lies, installed
 * @returns the folder of the copy
 * @throws Error when the text that is to be replaced is not there exactly once
 */
export async function mutate(
  id: string,
  original: string,
  { fault, file, from, to }: Omit<Mutant, 'fails'>,
): Promise<string> {
  const directory = join(original, 'mutants', fault.replaceAll(' ', '-'))
  await mkdir(directory, { recursive: true })
  const shared = ['node_modules', 'mutants']
  for (const name of (await readdir(original)).filter((name) => !shared.includes(name))) {
    await cp(join(original, name), join(directory, name), { recursive: true })
  }
  await symlink(join(original, 'node_modules'), join(directory, 'node_modules'))
  const path = join(directory, file)
  const text = await readFile(path, 'utf8')
  const found = text.split(from).length - 1
  if (found !== 1) {
    throw new Error(
      `examples/${id}/${file} has ${found} times "${from}", and it should be once: change the faults in tests/contract`,
    )
  }
  await writeFile(
    path,
    text.replace(from, () => to),
  )
  return directory
}
