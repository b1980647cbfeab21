import { expect, test } from 'vitest'
import { checkNames } from '../../contracts/http/run.ts'
import { describeMutants } from './describe-mutants.ts'
import { mutants } from './mutants.ts'

describeMutants('express', mutants)

test('each HTTP check fails for at least one mutant', () => {
  const failed = new Set(mutants.flatMap(({ fails }) => fails))
  expect([...failed].sort()).toEqual([...checkNames].sort())
})
