import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findNamed, requireName, type Place } from '../placed-error.ts'
import { manifestName, publishedFiles, type ExampleFile } from './files.ts'
import { exampleHash } from './hash.ts'
import { readManifest, type Manifest } from './manifest.ts'
import { regionText } from './regions.ts'
import { readTestResult, type TestResult } from './test-result.ts'

/** An example as data: the source of all its uses on the site. */
export interface Example<M extends Manifest = Manifest> {
  readonly id: string
  readonly manifest: M
  /** The published form, sorted by path. */
  readonly files: readonly ExampleFile[]
  /** The hash of the published form: 64 hexadecimal digits. */
  readonly hash: string
  /** The recorded test result, if any. It may be of older files: compare its hash. */
  readonly testResult: TestResult | undefined
}

/** The ids of all examples, sorted: the folders of `examples/` that have a manifest. */
export function exampleIds(root = process.cwd()): string[] {
  return readdirSync(join(root, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((id) => existsSync(join(root, 'examples', id, manifestName)))
    .sort()
}

/**
 * Reads an example from the repository.
 *
 * @param id the folder in `examples/`
 * @param root the repository
 * @param at the place that refers to the example, for the error about an unknown id
 * @throws PlacedError for the first error in the example, with file, line and fix
 */
export function readExample(
  id: string,
  root = process.cwd(),
  at: Place = { file: 'examples/' },
): Example {
  requireName(exampleIds(root), id, at, `there is no example "${id}"`)
  const files = publishedFiles(id, root)
  const manifest = readManifest(id, files, root)
  return { id, manifest, files, hash: exampleHash(files), testResult: readTestResult(id, root) }
}

/** Reads all examples of the repository, sorted by id. */
export function readExamples(root = process.cwd()): Example[] {
  return exampleIds(root).map((id) => readExample(id, root))
}

/** Reads the examples of a contract, sorted by id. */
export function examplesOf<C extends Manifest['contract']>(
  contract: C,
): Example<Extract<Manifest, { contract: C }>>[] {
  return readExamples().filter(
    (example): example is Example<Extract<Manifest, { contract: C }>> =>
      example.manifest.contract === contract,
  )
}

/** A text file of an example. @throws PlacedError that suggests the closest path if there is no such file */
export function exampleFile({ id, files }: Example, path: string, at: Place) {
  const texts = files.flatMap((file) =>
    file.text === undefined ? [] : [{ ...file, text: file.text }],
  )
  const problem = `examples/${id} has no text file "${path}"`
  return findNamed(texts, (file) => file.path, path, at, problem)
}

/** A named region and its lines. @throws PlacedError that suggests the closest name if there is no such region */
export function exampleRegion(example: Example, path: string, name: string, at: Place) {
  const { regions, text } = exampleFile(example, path, at)
  const problem = `examples/${example.id}/${path} has no region "${name}"`
  const region = findNamed(regions, (candidate) => candidate.name, name, at, problem)
  return { region, text: regionText(text, region) }
}

/** The region of that name in any file of an example, or undefined. Names are unique within an example. */
export function findRegion(example: Example, name: string) {
  for (const { path, text = '', regions } of example.files) {
    const region = regions.find((candidate) => candidate.name === name)
    if (region) return { path, text: regionText(text, region) }
  }
  return undefined
}
