import { expect, test } from 'vitest'
import { readExample } from '../../src/model/examples/example.ts'
import { lockedPackages } from '../../src/model/examples/locked-packages.ts'
import { repositoryWith } from './repository.ts'

const npm = {
  packages: { '': {}, 'node_modules/a': {}, 'node_modules/b': { dev: true }, 'node_modules/c': {} },
}

test.each([
  ['package-lock.json', JSON.stringify(npm), 2],
  ['requirements.txt', '# pinned\na==1.0 \\\n    --hash=sha256:1\nb-c[d]==2.0\n    # via a\n', 2],
  [
    'Cargo.lock',
    '[[package]]\nname = "orders"\n\n[[package]]\nname = "a"\nsource = "registry"\n\n[[package]]\nname = "b"\nsource = "registry"\n',
    2,
  ],
])('the packages of a %s are counted without the example and its tools', (path, text, count) => {
  const example = readExample('demo', repositoryWith({ [path]: text }))
  expect(lockedPackages(example)).toEqual({ path, count })
})
