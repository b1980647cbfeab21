/** Formats a number with separators between thousands. */
export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** Formats a machine as in "2 cores of Intel Xeon". */
export function formatMachine({ cores, processor }: { cores: number; processor: string }): string {
  return `${cores} cores of ${processor}`
}
