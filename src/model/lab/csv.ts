/** Writes objects with the same fields as CSV (RFC 4180). The values need no quotes: they are numbers, booleans and ids. */
export function toCsv(
  rows: readonly Readonly<Record<string, string | number | boolean>>[],
): string {
  const fields = Object.keys(rows[0] ?? {})
  const lines = rows.map((row) => fields.map((field) => row[field]).join())
  return [fields.join(), ...lines].map((line) => `${line}\r\n`).join('')
}
