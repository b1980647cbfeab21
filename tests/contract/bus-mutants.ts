import { kafkaMutants } from './bus-mutants/kafka.ts'
import { leanBusMutants } from './bus-mutants/lean-bus.ts'
import type { Mutant } from './mutate.ts'

/** The mutants of each bus example, by its ID. Together they make every scene of the bus contract fail. */
export const busMutants: Readonly<Record<string, readonly Mutant[]>> = {
  kafka: kafkaMutants,
  'lean-bus': leanBusMutants,
}
