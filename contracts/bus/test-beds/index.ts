import { openDevBroker } from './kafka.ts'
import { openTcpBroker } from './lean.ts'
import type { OpenTestBed } from './test-bed.ts'

/** The test bed for each adapter that an example's manifest may name. It uses the broker that the example brings. */
export const testBeds = {
  kafka: openDevBroker,
  lean: openTcpBroker,
} as const satisfies Record<string, OpenTestBed>
