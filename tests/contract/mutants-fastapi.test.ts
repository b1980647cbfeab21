import { describeMutants } from './describe-mutants.ts'
import { mutants } from './mutants-fastapi.ts'

describeMutants('fastapi', mutants)
