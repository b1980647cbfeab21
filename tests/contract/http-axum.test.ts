import { test } from 'vitest'
import { runtimesOf } from '../../contracts/process/runtimes.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { runCommand, unpack } from '../../src/model/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { describeHttpExample } from './http-example.ts'

describeHttpExample('axum')

for (const runtime of runtimesOf('cargo')) {
  describeWith('style of axum', runtime, (path) => {
    test.for(['cargo fmt --check', 'cargo clippy --locked --all-targets -- -D warnings'])(
      '%s finds nothing',
      async (command) => {
        await using workspace = await unpack(readExample('axum'))
        await runCommand(command, workspace.directory, { ...runtime, path })
      },
    )
  })
}
