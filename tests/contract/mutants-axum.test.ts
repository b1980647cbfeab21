import { describeMutants } from './describe-mutants.ts'
import { mutants } from './mutants-axum.ts'

describeMutants('axum', mutants)
