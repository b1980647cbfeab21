import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryFiles } from '../tools/repository-files.ts'

const limit = 15

/** Folders that may hold more files, each with the reason. */
const exceptions: readonly [folder: RegExp, reason: string][] = [
  [/^tests\//, 'tests: one file per subject'],
  [/^content\/claims$/, 'data: one file per claim'],
  [/^examples\/kafka\/dev-broker$/, 'one file per API of the Kafka protocol'],
]

/** The folders that hold more files than allowed, each with the number of its files. */
function crowdedFolders(paths: readonly string[]): string[] {
  const folders = Object.entries(Object.groupBy(paths, (path) => dirname(path)))
  return folders
    .filter(([, files = []]) => files.length > limit)
    .filter(([folder]) => !exceptions.some(([allowed]) => allowed.test(folder)))
    .map(([folder, files = []]) => `${folder}: ${files.length}`)
}

test('a folder with 16 files is reported, one with 15 files or with a reason is not', () => {
  const files = (folder: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${folder}/${index}.ts`)
  const paths = [...files('src/a', 16), ...files('src/b', 15), ...files('content/claims', 24)]
  expect(crowdedFolders(paths)).toEqual(['src/a: 16'])
})

test('no folder holds more than 15 files', () => {
  expect(crowdedFolders(repositoryFiles())).toEqual([])
})
