import { loads, type Load } from '../../../lab/bus-bench/record.ts'

/** How the bench publishes, in words. */
export const loadLabels: Readonly<Record<Load, string>> = {
  'one at a time': 'One after the other',
  '256 in flight': `${loads['256 in flight'].inFlight} at a time`,
  'batches of 100': `Batches of ${loads['batches of 100'].batch}, ${loads['batches of 100'].inFlight} at a time`,
}
