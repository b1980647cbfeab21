import { kafkaMutants } from './bus-mutants/kafka.ts'
import { leanBusMutants } from './bus-mutants/lean-bus.ts'
import type { Mutant } from './mutate.ts'

/** Faults put into each example of a bus, by its id. Together they make every scene of the bus contract fail there. */
export const busMutants: Readonly<Record<string, readonly Mutant[]>> = {
  kafka: kafkaMutants,
  'lean-bus': leanBusMutants,
}
