import { test } from 'vitest'
import { runtimesOf, type Runtime } from '../../contracts/process/runtimes.ts'
import { readExample } from '../../src/model/examples/example.ts'
import { runCommand, unpack } from '../../src/model/examples/workspace.ts'
import { describeWith } from '../tools/describe-with.ts'
import { describeHttpExample } from './http-example.ts'

describeHttpExample('axum')

for (const found of runtimesOf('cargo')) {
  describeWith('style of axum', found, (path) => {
    const runtime: Runtime = { ...found, path }

    test('cargo fmt --check finds nothing', async () => {
      await using workspace = await unpack(readExample('axum'))
      await runCommand('cargo fmt --check', workspace.directory, runtime)
    })

    test('cargo clippy --all-targets -- -D warnings finds nothing', async () => {
      await using workspace = await unpack(readExample('axum'))
      // `cargo clippy` sets these two for a check, for which Cargo compiles all packages a second time. A build has them already.
      const lints = { RUSTC_WORKSPACE_WRAPPER: 'clippy-driver', CLIPPY_ARGS: '-Dwarnings' }
      await runCommand('cargo build --locked --all-targets', workspace.directory, {
        ...runtime,
        env: { ...runtime.env, ...lints },
      })
    })
  })
}
